#include "upload_store.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gangway::api {
namespace {

struct set_clock final : base::clock {
    std::chrono::steady_clock::time_point now{};
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{std::chrono::hours{1}};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return now; }
};

std::shared_ptr<const remote::stored_session> session() {
    return std::make_shared<const remote::stored_session>(
        remote::target{.server = {model::host::parse("h.example").value(), 22}, .who = {}});
}

struct uploads : ::testing::Test {
    set_clock clock{};
    upload_store store{clock, {.uploads = 4, .per_session = 3, .idle = std::chrono::seconds{100}}};
    std::shared_ptr<const remote::stored_session> mine = session(), other = session();

    static std::shared_ptr<stored_upload> upload(std::shared_ptr<const remote::stored_session> of) {
        const auto path = model::remote_path::parse("a").value();
        return std::make_shared<stored_upload>(std::move(of), net::upload_target{path, path});
    }
};

TEST_F(uploads, an_upload_is_found_by_its_id_in_its_session_only) {
    const auto id = store.add(upload(mine)).value();
    EXPECT_EQ(id.size(), 32U);
    ASSERT_NE(store.find(id, *mine), nullptr);
    EXPECT_EQ(store.find(id, *other), nullptr);
    EXPECT_EQ(store.find("", *mine), nullptr);
    EXPECT_EQ(store.find(id + "x", *mine), nullptr);
    store.remove(id);
    EXPECT_EQ(store.find(id, *mine), nullptr);
}

TEST_F(uploads, ids_differ) {
    std::set<std::string> ids;
    for (int i = 0; i < 3; ++i)
        ids.insert(store.add(upload(mine)).value());
    EXPECT_EQ(ids.size(), 3U);
}

TEST_F(uploads, their_number_is_bounded_for_each_session_and_in_all) {
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(store.add(upload(mine)));
    EXPECT_FALSE(store.has_room(*mine));
    EXPECT_FALSE(store.add(upload(mine)));
    EXPECT_TRUE(store.add(upload(other)));
    const auto full = store.add(upload(other));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().fact_named("retryAfter"), "10");
}

TEST_F(uploads, what_nobody_asked_about_expires) {
    const auto id = store.add(upload(mine)).value();
    clock.now += std::chrono::seconds{99};
    EXPECT_NE(store.find(id, *mine), nullptr);
    clock.now += std::chrono::seconds{99};
    EXPECT_TRUE(store.take_expired().empty());
    clock.now += std::chrono::seconds{1};
    EXPECT_EQ(store.find(id, *mine), nullptr);
    EXPECT_EQ(store.take_expired().size(), 1U);
    EXPECT_TRUE(store.take_expired().empty());
}

TEST_F(uploads, what_somebody_works_with_does_not_expire) {
    const auto id = store.add(upload(mine)).value();
    auto held = store.find(id, *mine);
    clock.now += std::chrono::hours{9};
    EXPECT_TRUE(store.take_expired().empty());
    held.reset();
    EXPECT_TRUE(store.take_expired().empty());
    clock.now += std::chrono::seconds{100};
    EXPECT_EQ(store.take_expired().size(), 1U);
}

TEST_F(uploads, closing_a_session_expires_its_uploads_when_they_are_let_go) {
    const auto id = store.add(upload(mine)).value();
    ASSERT_TRUE(store.add(upload(other)));
    auto held = store.find(id, *mine);
    store.close(*mine);
    EXPECT_TRUE(store.take_expired().empty());
    held.reset();
    EXPECT_EQ(store.take_expired().size(), 1U);
}

TEST_F(uploads, only_one_holds_the_lock) {
    const auto one = upload(mine);
    auto lock = upload_lock::take(one);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(upload_lock::take(one));
    {
        const upload_lock moved{*std::move(lock)};
        lock.reset();
        EXPECT_FALSE(upload_lock::take(one));
    }
    EXPECT_TRUE(upload_lock::take(one));
}

TEST_F(uploads, are_kept_for_the_idle_time) {
    EXPECT_EQ(store.kept_until(), clock.wall() + std::chrono::seconds{100});
}

}  // namespace
}  // namespace gangway::api
