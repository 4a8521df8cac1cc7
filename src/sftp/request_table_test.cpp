#include <gangway/sftp/detail/request_table.hpp>
#include <gangway/sftp/messages.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace gangway::sftp::detail {
namespace {

request_id add(request_table& table, std::uint64_t token, interest wanted = interest::wanted,
               const request_kind& kind = kind_of<stat_request>) {
    const auto id = table.next_id();
    table.add({.kind = &kind, .token = token, .begin = token, .end = token + 1, .id = id, .interest = wanted});
    return id;
}

TEST(request_table, finds_what_was_added_until_it_is_removed) {
    request_table table;
    const auto first = add(table, 10);
    const auto second = add(table, 20);
    EXPECT_NE(first, second);
    ASSERT_NE(table.find(first), nullptr);
    EXPECT_EQ(table.find(first)->token, 10U);
    EXPECT_EQ(table.find(second)->token, 20U);
    table.remove(first);
    EXPECT_EQ(table.find(first), nullptr);
    EXPECT_NE(table.find(second), nullptr);
    EXPECT_EQ(table.size(), 1U);
}

TEST(request_table, unknown_ids_are_ignored) {
    request_table table;
    const auto id = add(table, 1);
    EXPECT_EQ(table.find(id + 64), nullptr);  // the same slot
    EXPECT_EQ(table.find(id + 1), nullptr);
    table.remove(id + 64);
    table.lose_interest(id + 64);
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.wanted(), 1U);
}

TEST(request_table, an_answered_id_does_not_come_back_soon) {
    request_table table;
    const auto first = add(table, 0);
    table.remove(first);
    for (int i = 0; i < 100000; ++i) {
        const auto id = add(table, 0);
        EXPECT_NE(id, first);
        table.remove(id);
    }
}

TEST(request_table, a_request_that_stays_is_passed_over) {
    request_table table;
    const auto stays = add(table, 4711);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const auto id = add(table, i);
        ASSERT_NE(id, stays);
        table.remove(id);
    }
    EXPECT_EQ(table.find(stays)->token, 4711U);
}

TEST(request_table, grows_with_the_requests) {
    request_table table;
    std::vector<request_id> ids;
    for (std::uint64_t i = 0; i < 5000; ++i)
        ids.push_back(add(table, i));
    for (std::uint64_t i = 0; i < 5000; ++i) {
        ASSERT_NE(table.find(ids[i]), nullptr);
        EXPECT_EQ(table.find(ids[i])->token, i);
    }
    EXPECT_EQ(table.size(), 5000U);
}

TEST(request_table, counts_the_wanted) {
    request_table table;
    const auto id = add(table, 1);
    add(table, 2, interest::none);
    EXPECT_EQ(table.wanted(), 1U);
    table.lose_interest(id);
    table.lose_interest(id);
    EXPECT_EQ(table.wanted(), 0U);
    EXPECT_EQ(table.size(), 2U);
    table.remove(id);
    EXPECT_EQ(table.wanted(), 0U);
    EXPECT_EQ(table.size(), 1U);
}

TEST(request_table, counts_the_listings) {
    request_table table;
    add(table, 1);
    EXPECT_EQ(table.listings(), 0U);
    const auto listing = add(table, 2, interest::wanted, kind_of<readdir_request>);
    EXPECT_EQ(table.listings(), 1U);
    table.lose_interest(listing);
    EXPECT_EQ(table.listings(), 1U);
    table.remove(listing);
    EXPECT_EQ(table.listings(), 0U);
}

TEST(request_table, clear_names_the_wanted_in_order) {
    request_table table;
    // The slots begin again at the front before these are all in.
    for (std::uint64_t token = 0; token < 60; ++token)
        table.remove(add(table, token));
    std::vector<std::uint64_t> expected;
    for (std::uint64_t token = 100; token < 120; ++token) {
        const bool wanted = token % 3 != 0;
        add(table, token, wanted ? interest::wanted : interest::none);
        if (wanted) expected.push_back(token);
    }
    EXPECT_EQ(table.clear(), expected);
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.wanted(), 0U);
    EXPECT_TRUE(table.clear().empty());
}

TEST(request_table, random_use_agrees_with_a_map) {
    std::mt19937 random{11};
    request_table table;
    std::map<request_id, std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 100000; ++i) {
        if (expected.empty() || random() % 100 < (i / 10000 % 2 == 0 ? 55 : 45)) {
            const auto id = add(table, i);
            ASSERT_TRUE(expected.emplace(id, i).second);
        } else {
            auto at = expected.lower_bound(static_cast<request_id>(random() % (i + 1)));
            if (at == expected.end()) at = expected.begin();
            ASSERT_NE(table.find(at->first), nullptr);
            EXPECT_EQ(table.find(at->first)->token, at->second);
            table.remove(at->first);
            EXPECT_EQ(table.find(at->first), nullptr);
            expected.erase(at);
        }
        ASSERT_EQ(table.size(), expected.size());
    }
    for (const auto& [id, token] : expected)
        EXPECT_EQ(table.find(id)->token, token);
}

}  // namespace
}  // namespace gangway::sftp::detail
