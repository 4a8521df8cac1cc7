#include <gangway/transfer/plan.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

const sys_seconds start = std::chrono::sys_days{2026y / 1 / 15} + 12h;
constexpr std::uint32_t noon = 1'768'478'400;  // `start` as a server tells it

listed_file file(std::string_view path, std::uint64_t size = 10, std::optional<std::uint32_t> mtime = noon - 86'400) {
    return {.path = path, .size = size, .mtime = mtime};
}

/// A folder, what is remembered of it, and its plan.
struct fixture {
    std::vector<listed_file> listing{};
    std::vector<known_version> ledger{};
    std::vector<look> looks{};
    model::pull_rules rules{.stable = model::stable_at_once{}};
    key_template keys = key_template::parse("{path}").value();
    model::fixed_zone zone{};

    pull_plan at(sys_seconds now) const {
        return plan({.listing = listing,
                     .ledger = ledger,
                     .looks = looks,
                     .rules = rules,
                     .keys = keys,
                     .connection = "acme",
                     .folder = "daily",
                     .zone = zone,
                     .now = now});
    }
    /// The plan of now, whose looks are kept for the next one.
    pull_plan look_at(sys_seconds now) {
        auto made = at(now);
        looks = made.looks;
        return made;
    }
    std::string sentence_of(std::size_t i, sys_seconds now = start) const {
        return sentence(at(now).verdicts.at(i), listing.at(i).path, rules);
    }
    std::vector<std::string> pulled(sys_seconds now = start) const {
        std::vector<std::string> paths;
        for (const auto& pull : at(now).pulls)
            paths.emplace_back(listing[pull.index].path);
        return paths;
    }
};

using paths = std::vector<std::string>;

TEST(plan, new_file_is_pulled_as_version_1) {
    const fixture f{.listing = {file("in/a.csv")}};
    const auto made = f.at(start);
    ASSERT_EQ(made.pulls.size(), 1U);
    EXPECT_EQ(made.pulls[0].version, 1U);
    EXPECT_EQ(made.pulls[0].key->text(), "in/a.csv");
    EXPECT_EQ(f.sentence_of(0), "new");
    EXPECT_TRUE(made.looks.empty());
}

TEST(plan, empty_folder_gives_an_empty_plan) {
    const auto made = fixture{}.at(start);
    EXPECT_TRUE(made.verdicts.empty());
    EXPECT_TRUE(made.pulls.empty());
    EXPECT_FALSE(made.look_again);
}

TEST(plan, known_version_is_not_pulled_again) {
    fixture f{.listing = {file("a", 10), file("b", 20)},
              .ledger = {{.path = "b", .size = 20, .mtime = noon - 86'400, .version = 2},
                         {.path = "a", .size = 10, .mtime = noon - 86'400},
                         {.path = "b", .size = 19, .mtime = noon - 99'999, .version = 1}}};
    EXPECT_EQ(f.pulled(), paths{});
    EXPECT_EQ(f.sentence_of(0), "already pulled");
    EXPECT_EQ(f.sentence_of(1), "already pulled as version 2");
    // Its first content comes back: that is known, too.
    f.listing[1] = file("b", 19, noon - 99'999);
    EXPECT_EQ(f.sentence_of(1), "already pulled");
}

TEST(plan, other_size_or_time_is_a_new_version_with_a_place_of_its_own) {
    fixture f{.listing = {file("a.csv", 11), file("b.csv", 10, noon - 1)},
              .ledger = {{.path = "a.csv", .size = 10, .mtime = noon - 86'400, .version = 1, .key = "a.csv"},
                         {.path = "a.csv", .size = 12, .mtime = noon - 86'400, .version = 2, .key = "a~2.csv"},
                         {.path = "b.csv", .size = 10, .mtime = noon - 86'400, .version = 1, .key = "b.csv"}}};
    const auto made = f.at(start);
    ASSERT_EQ(made.pulls.size(), 2U);
    EXPECT_EQ(f.sentence_of(0), "changed since version 2");
    EXPECT_EQ(f.sentence_of(1), "changed since version 1");
    EXPECT_EQ(made.verdicts[0].version, 3U);
    EXPECT_EQ(made.pulls[0].key->text(), "a~3.csv");
    EXPECT_EQ(made.pulls[1].key->text(), "b~2.csv");
}

TEST(plan, server_without_times_is_known_by_size) {
    fixture f{.listing = {file("a", 10, {}), file("b", 11, {})},
              .ledger = {{.path = "a", .size = 10, .mtime = {}}, {.path = "b", .size = 10, .mtime = {}}}};
    EXPECT_EQ(f.sentence_of(0), "already pulled");
    EXPECT_EQ(f.sentence_of(1), "changed since version 1");
    // It begins to tell times, or stops to: nothing is pulled twice because of that.
    f.listing = {file("a", 10, noon)};
    EXPECT_EQ(f.sentence_of(0), "already pulled");
    f.listing = {file("a", 10, {})};
    f.ledger = {{.path = "a", .size = 10, .mtime = noon}};
    EXPECT_EQ(f.sentence_of(0), "already pulled");
}

TEST(plan, what_is_no_plain_file_is_left) {
    fixture f{.listing = {{.path = "d", .kind = file_kind::folder},
                          {.path = "l", .kind = file_kind::symlink, .size = 5},
                          {.path = "p", .kind = file_kind::other, .size = 0},
                          {.path = "u", .kind = file_kind::unknown, .size = 5},
                          {.path = "n", .kind = file_kind::regular}}};
    EXPECT_EQ(f.sentence_of(0), "a folder");
    EXPECT_EQ(f.sentence_of(1), "a symlink: not followed");
    EXPECT_EQ(f.sentence_of(2), "not a regular file");
    EXPECT_EQ(f.sentence_of(3), "new");
    EXPECT_EQ(f.sentence_of(4), "the server does not tell its size");
}

TEST(plan, names_that_no_entry_has_are_left_and_hostile_ones_are_made_safe) {
    using namespace std::string_literals;
    const std::string nul = "a\0b"s, hostile = "\x1b[2J\xff";
    fixture f{.listing = {file(""), file(".."), file("../x"), file("/etc"), file("a//b"), file("a/./b"), file(nul),
                          file("a/")}};
    for (std::size_t i = 0; i < f.listing.size(); ++i)
        EXPECT_EQ(f.sentence_of(i), "name is not safe") << i;
    f.listing = {file(hostile)};
    EXPECT_EQ(f.at(start).pulls.at(0).key->text(), "%1B[2J%FF");
}

TEST(plan, patterns_decide_and_say_which) {
    fixture f{.listing = {file("a.csv"), file("a.csv.tmp"), file("a.txt")}};
    f.rules.filter =
        model::glob_filter::parse(std::vector<std::string>{"*.csv*"}, std::vector<std::string>{"*.part", "*.tmp"})
            .value();
    EXPECT_EQ(f.sentence_of(0), "new");
    EXPECT_EQ(f.sentence_of(1), "excluded by *.tmp");
    EXPECT_EQ(f.sentence_of(2), "no pattern includes it");
}

TEST(plan, name_listed_twice_counts_once) {
    const fixture f{.listing = {file("a", 10), file("a", 11), file("A", 10)}};
    const auto made = f.at(start);
    EXPECT_EQ(made.pulls.size(), 2U);
    EXPECT_EQ(f.sentence_of(0), "new");
    EXPECT_EQ(f.sentence_of(1), "listed twice");
}

TEST(plan, version_on_its_way_is_left_alone) {
    const fixture f{.listing = {file("a")},
                    .ledger = {{.path = "a", .size = 10, .mtime = noon - 86'400, .state = progress::in_progress}}};
    EXPECT_EQ(f.pulled(), paths{});
    EXPECT_EQ(f.sentence_of(0), "being pulled");
}

TEST(plan, failed_version_is_tried_again_after_its_wait_with_the_same_key) {
    const fixture f{.listing = {file("a.csv")},
                    .ledger = {{.path = "a.csv",
                                .size = 10,
                                .mtime = noon - 86'400,
                                .version = 2,
                                .state = progress::failed,
                                .retry_at = start + 90s,
                                .key = "old/place.csv"}}};
    EXPECT_EQ(f.sentence_of(0), "waiting: failed, next try in 90 s");
    const auto made = f.at(start + 90s);
    ASSERT_EQ(made.pulls.size(), 1U);
    EXPECT_EQ(made.pulls[0].version, 2U);
    EXPECT_EQ(made.pulls[0].key->text(), "old/place.csv");
    EXPECT_EQ(f.sentence_of(0, start + 90s), "tried again after a failure");
}

TEST(plan, file_asked_for_again_becomes_a_version_of_its_own) {
    const fixture f{
        .listing = {file("a.csv")},
        .ledger = {
            {.path = "a.csv", .size = 10, .mtime = noon - 86'400, .state = progress::wanted_again, .key = "a.csv"}}};
    const auto made = f.at(start);
    ASSERT_EQ(made.pulls.size(), 1U);
    EXPECT_EQ(made.pulls[0].version, 2U);
    EXPECT_EQ(made.pulls[0].key->text(), "a~2.csv");
    EXPECT_EQ(f.sentence_of(0), "pulled again as asked, as version 2");
}

TEST(plan, version_that_was_only_seen_is_judged_like_a_new_one) {
    fixture f{.listing = {file("a.csv")},
              .ledger = {{.path = "a.csv", .size = 10, .mtime = noon - 86'400, .version = 0, .state = progress::seen}}};
    EXPECT_EQ(f.sentence_of(0), "new");
    EXPECT_EQ(f.at(start).pulls.at(0).version, 1U);
    f.ledger.push_back({.path = "a.csv", .size = 9, .mtime = noon - 99'999, .version = 1, .key = "a.csv"});
    EXPECT_EQ(f.sentence_of(0), "changed since version 1");
    f.rules.stable = model::stable_over_looks{};
    EXPECT_EQ(f.sentence_of(0), "waiting: seen for the first time");
}

TEST(plan, version_that_failed_before_it_got_a_number_gets_the_next) {
    const fixture f{
        .listing = {file("a.csv")},
        .ledger = {{.path = "a.csv", .size = 10, .mtime = noon - 86'400, .version = 0, .state = progress::failed},
                   {.path = "a.csv", .size = 9, .mtime = 1, .version = 4, .key = "a~4.csv"}}};
    const auto made = f.at(start);
    EXPECT_EQ(made.verdicts[0].code, verdict_code::retry);
    EXPECT_EQ(made.pulls.at(0).version, 5U);
    EXPECT_EQ(made.pulls.at(0).key->text(), "a~5.csv");
}

TEST(plan, last_time_a_version_was_asked_for_counts) {
    fixture f{.listing = {file("a.csv")},
              .ledger = {{.path = "a.csv",
                          .size = 10,
                          .mtime = noon - 86'400,
                          .version = 0,
                          .repull = 1,
                          .state = progress::wanted_again},
                         {.path = "a.csv", .size = 10, .mtime = noon - 86'400, .version = 1, .key = "a.csv"}}};
    f.rules.stable = model::stable_over_looks{};
    EXPECT_EQ(f.sentence_of(0), "pulled again as asked, as version 2");
    EXPECT_EQ(f.at(start).pulls.at(0).key->text(), "a~2.csv");
    f.ledger[0].state = progress::pulled;
    f.ledger[0].version = 2;
    EXPECT_EQ(f.sentence_of(0), "already pulled as version 2");
}

TEST(plan, order_is_by_name_time_or_size_and_then_by_name) {
    fixture f{.listing = {file("c", 1, 300), file("b", 3, 100), file("a", 2, 300), file("d", 0, {})}};
    f.rules.order = model::pull_order::name;
    EXPECT_EQ(f.pulled(), (paths{"a", "b", "c", "d"}));
    f.rules.order = model::pull_order::mtime;
    EXPECT_EQ(f.pulled(), (paths{"b", "a", "c", "d"}));
    f.rules.order = model::pull_order::size;
    EXPECT_EQ(f.pulled(), (paths{"d", "c", "a", "b"}));
}

TEST(plan, limits_cut_the_order_off) {
    fixture f{.listing = {file("a", 10), file("b", 20), file("c", 5)}};
    f.rules.order = model::pull_order::name;
    f.rules.limits.files = 2;
    EXPECT_EQ(f.pulled(), (paths{"a", "b"}));
    EXPECT_EQ(f.sentence_of(2), "over the limit of this run");
    f.rules.limits = {.files = 9, .octets = 15};
    // c would fit, but files of a folder do not overtake each other.
    EXPECT_EQ(f.pulled(), paths{"a"});
    f.rules.limits.octets = 30;
    EXPECT_EQ(f.pulled(), (paths{"a", "b"}));
    f.rules.limits.octets = 35;
    EXPECT_EQ(f.pulled(), (paths{"a", "b", "c"}));
}

TEST(plan, first_file_goes_even_if_it_alone_is_over_the_limit) {
    fixture f{.listing = {file("a", ~std::uint64_t{0}), file("b", ~std::uint64_t{0})}};
    f.rules.limits.octets = 15;
    EXPECT_EQ(f.pulled(), paths{"a"});
    f.rules.limits.octets = ~std::uint64_t{0};
    EXPECT_EQ(f.pulled(), paths{"a"});
}

TEST(plan, ready_file_over_the_limit_does_not_wait_anew) {
    fixture f{.listing = {file("a"), file("b")}};
    f.rules.stable = model::stable_over_looks{2s};
    f.rules.limits.files = 1;
    EXPECT_TRUE(f.look_at(start).pulls.empty());
    EXPECT_EQ(f.look_at(start + 2s).pulls.size(), 1U);
    f.ledger = {{.path = "a", .size = 10, .mtime = noon - 86'400, .key = "a"}};
    const auto made = f.look_at(start + 3s);
    ASSERT_EQ(made.pulls.size(), 1U);
    EXPECT_EQ(made.pulls[0].key->text(), "b");
}

TEST(plan, two_files_for_one_place_go_by_path_whatever_order_the_server_lists) {
    fixture f{.keys = key_template::parse("{name}").value()};
    f.listing = {file("y/a.csv"), file("x/a.csv")};
    EXPECT_EQ(f.pulled(), paths{"x/a.csv"});
    EXPECT_EQ(f.sentence_of(0), "its destination is that of x/a.csv");
    std::swap(f.listing[0], f.listing[1]);
    EXPECT_EQ(f.pulled(), paths{"x/a.csv"});
    // What is there already keeps its place, whoever comes first.
    f.ledger = {{.path = "z/a.csv", .size = 1, .mtime = 1, .key = "a.csv"}};
    EXPECT_EQ(f.pulled(), paths{});
    EXPECT_EQ(f.sentence_of(0), "its destination is that of z/a.csv");
}

TEST(plan, twins_by_case_or_unicode_form_collide_only_where_the_destination_folds) {
    fixture f{.listing = {file("A.csv"), file("a.csv"), file("M\xc3\xbcller"), file("Mu\xcc\x88ller"), file("STRASSE"),
                          file("stra\xc3\x9f"
                               "e")}};
    EXPECT_EQ(f.pulled().size(), 6U);
    f.rules.fold_keys = true;
    EXPECT_EQ(f.pulled(), (paths{"A.csv", "Mu\xcc\x88ller", "STRASSE"}));
    EXPECT_EQ(f.sentence_of(1), "its destination is that of A.csv");
    EXPECT_EQ(f.sentence_of(2), "its destination is that of Mu\xcc\x88ller");
}

TEST(plan, key_of_the_content_is_left_open) {
    fixture f{.listing = {file("a"), file("b")}, .keys = key_template::parse("{sha256}").value()};
    const auto made = f.at(start);
    ASSERT_EQ(made.pulls.size(), 2U);
    EXPECT_FALSE(made.pulls[0].key);
}

TEST(plan, dates_in_keys_are_those_of_the_zone) {
    fixture f{.listing = {file("a", 1, noon - 43'201)},
              .keys = key_template::parse("{connection}/{folder}/{date:%d-%H}/{mtime:%d}/{name}").value(),
              .zone = model::fixed_zone{13h}};
    EXPECT_EQ(f.at(start).pulls.at(0).key->text(), "acme/daily/16-01/15/a");
}

TEST(plan, files_of_one_second_and_files_with_an_old_time_that_come_late_are_all_pulled) {
    fixture f;
    for (const auto* const path : {"a", "b", "c"})
        f.listing.push_back(file(path));
    f.ledger = {{.path = "a", .size = 10, .mtime = noon - 86'400, .key = "a"}};
    EXPECT_EQ(f.pulled(), (paths{"b", "c"})) << "a time that is known says nothing of other files";
    f.ledger.push_back({.path = "b", .size = 10, .mtime = noon, .key = "b"});
    f.listing = {file("a"), file("b", 10, noon), file("moved here", 10, noon - 900'000), file("of no time", 10, 0)};
    EXPECT_EQ(f.pulled(), (paths{"of no time", "moved here"}));
}

/// How long it takes is measured by the row pull-plan of ./dev bench.
TEST(plan, each_of_a_hundred_thousand_files_gets_its_own_verdict) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    constexpr std::size_t count = 2'000;
#else
    constexpr std::size_t count = 100'000;
#endif
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back("incoming/2026/orders-" + std::to_string(i * 7919 % count) + ".csv");
    fixture f;
    f.rules.stable = model::stable_over_looks{};
    f.rules.filter =
        model::glob_filter::parse(std::vector<std::string>{"**/orders-*.csv"}, std::vector<std::string>{"*.tmp"})
            .value();
    for (const auto& name : names)
        f.listing.push_back(file(name));
    f.look_at(start);
    for (std::size_t i = 0; i < names.size(); i += 2)
        f.ledger.push_back({.path = names[i], .size = 10, .mtime = noon - 86'400, .key = names[i]});
    const auto made = f.at(start + 60s);
    ASSERT_EQ(made.verdicts.size(), count);
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(made.verdicts[i].code, i % 2 == 0 ? verdict_code::already_pulled : verdict_code::fresh) << names[i];
    const auto path_of = [&](const planned_pull& pull) { return f.listing[pull.index].path; };
    ASSERT_EQ(made.pulls.size(), count / 2);
    EXPECT_TRUE(std::ranges::is_sorted(made.pulls, std::ranges::less_equal{}, path_of)) << "all are of one time";
    EXPECT_TRUE(std::ranges::all_of(
        made.pulls, [&](const planned_pull& pull) { return pull.version == 1 && pull.key->text() == path_of(pull); }));
    EXPECT_TRUE(made.looks.empty());
}

}  // namespace
}  // namespace gangway::transfer
