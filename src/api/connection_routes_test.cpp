#include "testing/managing.hpp"

#include <gangway/store/folders.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <functional>

namespace gangway::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string one = "/api/v1/connections/c1";

class connection_routes : public testing::managing {
  protected:
    void set_health(store::health what) {
        write([what](store::transaction& tx) { store::connections::set_health(tx, "c1", what, "why"); });
    }
    store::health health() {
        return write([](store::transaction& tx) { return store::connections::find(tx, "c1")->health; });
    }
    /// Whether a folder that waits because runs failed is due after `change`, and runs were told.
    bool ends_pauses(const std::function<answer()>& change) {
        write([](store::transaction& tx) {
            if (!store::folders::find(tx, "f1")) store::folders::create(tx, {.id = "f1", .connection_id = "c1"});
            store::schedules::set(tx, "f1", tx.now() + std::chrono::hours{1}, 9);
        });
        const auto before = pulled.woken;
        const auto done = change();
        EXPECT_EQ(done.status / 100, 2U) << done.body;
        return pulled.woken > before && write([](store::transaction& tx) {
                   const auto due = store::schedules::find(tx, "f1");
                   return due && due->next_due <= tx.now() && due->failures == 0;
               });
    }
    std::vector<std::string> names(const answer& page) {
        std::vector<std::string> all;
        for (const auto& each : object(page).at("connections").as_array())
            all.emplace_back(each.as_object().at("name").as_string().c_str());
        return all;
    }
};

TEST_F(connection_routes, a_list_goes_on_after_the_name_that_next_tells) {
    for (const auto* name : {"three", "two", "zero"})
        EXPECT_EQ(
            ask("POST", "/api/v1/connections", R"({"host":"h","username":"u","name":")" + std::string{name} + "\"}")
                .status,
            201U);
    const auto first = ask("GET", "/api/v1/connections?limit=3");
    EXPECT_THAT(names(first), ElementsAre("one", "three", "two"));
    EXPECT_EQ(text(first, "next"), "two");
    const auto last = ask("GET", "/api/v1/connections?limit=3&after=two");
    EXPECT_THAT(names(last), ElementsAre("zero"));
    EXPECT_EQ(text(last, "next"), "(none)");
    EXPECT_EQ(text(ask("GET", "/api/v1/connections?limit=4"), "next"), "(none)");
}

TEST_F(connection_routes, whatever_may_let_runs_begin_wakes_them) {
    int woken = 0;
    const auto wakes = [&](const answer& done) { return done.status / 100 == 2 && pulled.woken == ++woken; };
    EXPECT_TRUE(wakes(ask("POST", one + "/pause", "{}")));
    EXPECT_TRUE(wakes(ask("POST", one + "/resume", "{}")));
    EXPECT_TRUE(wakes(ask("PATCH", one, R"({"host":"other"})")));
    EXPECT_TRUE(wakes(ask("PUT", one + "/password", R"({"password":"secret"})")));
    EXPECT_TRUE(wakes(ask("DELETE", one + "/password")));
    EXPECT_TRUE(wakes(ask("DELETE", one)));
    ask("GET", "/api/v1/connections");
    EXPECT_EQ(ask("PATCH", one, R"({"host":"other"})").status, 404U);
    EXPECT_EQ(pulled.woken, woken);
}

TEST_F(connection_routes, what_is_under_way_is_asked_for_before_a_removal_and_cleared_up_after_it) {
    ask("DELETE", one, "", {{"If-Match", "\"9\""}});
    EXPECT_THAT(pulled.asked, ElementsAre("prepare c1"));
    EXPECT_EQ(ask("DELETE", one).status, 204U);
    EXPECT_THAT(pulled.asked, ElementsAre("prepare c1", "prepare c1", "removed c1"));
}

TEST_F(connection_routes, whatever_may_have_mended_a_failure_ends_the_pause_after_it) {
    const auto asks = [this](std::string method, std::string below, std::string body = "{}") {
        return [this, method, target = one + below, body] { return ask(method, target, body); };
    };
    EXPECT_TRUE(ends_pauses(asks("PATCH", "", R"({"port":2222})")));
    EXPECT_TRUE(ends_pauses(asks("PUT", "/password", R"({"password":"secret"})")));
    EXPECT_TRUE(ends_pauses(asks("POST", "/resume")));
    std::string key;
    EXPECT_TRUE(ends_pauses([&] {
        auto made = ask("POST", one + "/keys", "{}");
        key = text(made, "id");
        return made;
    }));
    EXPECT_TRUE(ends_pauses(asks("DELETE", "/keys/" + key)));
    EXPECT_FALSE(ends_pauses(asks("PATCH", "", R"({"description":"new"})")));
    EXPECT_FALSE(ends_pauses(asks("GET", "")));
}

TEST_F(connection_routes, health_is_forgotten_with_the_login_that_it_was_about) {
    for (const auto* const change :
         {R"({"host":"new"})", R"({"port":2222})", R"({"username":"ada"})", R"({"authentication":"password"})"}) {
        set_health(store::health::auth_failed);
        EXPECT_EQ(ask("PATCH", one, change).status, 200U);
        EXPECT_EQ(health(), store::health::unknown) << change;
    }
    set_health(store::health::auth_failed);
    ask("PUT", one + "/password", R"({"password":"secret"})");
    EXPECT_EQ(health(), store::health::unknown);
}

TEST_F(connection_routes, health_stays_with_changes_that_no_login_depends_on_and_in_quarantine) {
    set_health(store::health::failing);
    ask("PATCH", one, R"({"description":"new","host":"h"})");
    EXPECT_EQ(health(), store::health::failing);
    set_health(store::health::host_key_mismatch);
    ask("PATCH", one, R"({"port":2222})");
    ask("PUT", one + "/password", R"({"password":"secret"})");
    EXPECT_EQ(health(), store::health::host_key_mismatch);
}

TEST_F(connection_routes, a_row_that_was_changed_meanwhile_is_left_as_it_is) {
    const std::vector<resource_request::owned_field> stale{{"Content-Type", "application/json"}, {"If-Match", "\"9\""}};
    for (const auto* const method : {"PATCH", "DELETE"})
        EXPECT_EQ(ask(method, one, R"({"host":"other"})", stale).status, 412U);
    EXPECT_THAT(ask("GET", one).body, HasSubstr(R"("host":"h")"));
    EXPECT_EQ(pulled.woken, 0);
}

}  // namespace
}  // namespace gangway::api
