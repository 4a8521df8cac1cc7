#include <gangway/model/errors.hpp>
#include <gangway/model/pull_rules.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

using namespace std::string_literals;
using std::chrono::hours;
using std::chrono::seconds;

companion_name companion(std::string_view pattern) {
    return companion_name::parse(pattern, "marker").value();
}

TEST(companion_name, name_and_stem_are_filled_in_beside_the_file) {
    EXPECT_EQ(companion("{name}.done").of("orders.csv"), "orders.csv.done");
    EXPECT_EQ(companion("{stem}.ok").of("in/orders.csv"), "in/orders.ok");
    EXPECT_EQ(companion("ready-{name}").of("in/x/orders.csv"), "in/x/ready-orders.csv");
    EXPECT_EQ(companion("{stem}.ok").of("a.b.csv"), "a.b.ok");
    EXPECT_EQ(companion("{stem}.ok").of("noext"), "noext.ok");
    EXPECT_EQ(companion("{stem}.ok").of(".profile"), ".profile.ok");
}

TEST(companion_name, companions_are_known_by_what_is_around_the_name) {
    const auto done = companion("{name}.done");
    EXPECT_TRUE(done.matches("orders.csv.done"));
    EXPECT_TRUE(done.matches("in/x.done"));
    EXPECT_FALSE(done.matches("orders.csv"));
    EXPECT_FALSE(done.matches(".done"));
    EXPECT_FALSE(done.matches("x.done/orders.csv"));
    EXPECT_TRUE(companion("go-{stem}.x").matches("go-1.x"));
    EXPECT_FALSE(companion("go-{stem}.x").matches("go-.x"));
}

TEST(companion_name, text_is_what_was_parsed) {
    for (const auto* text : {"{name}.done", "{stem}.ok", "ready-{name}", "a{stem}b"})
        EXPECT_EQ(companion(text).text(), text);
}

TEST(companion_name, anything_else_is_refused) {
    for (const auto& text : {""s, "x.done"s, "{name}"s, "{stem}"s, "{name}{stem}"s, "{name}/done"s, "{x}.done"s,
                             "{name}.{name}"s, "{name}.\0"s, "{name}" + std::string(129, 'x')})
        EXPECT_EQ(companion_name::parse(text, "marker").error().fact_named("field"), "marker") << text;
}

TEST(pull_rules, words_of_enums_are_read_back) {
    for (const auto value : {pull_order::name, pull_order::mtime, pull_order::size})
        EXPECT_EQ(parse_pull_order(to_string(value)).value(), value);
    for (const auto value : {unpacking::none, unpacking::gzip, unpacking::zip})
        EXPECT_EQ(parse_unpacking(to_string(value)).value(), value);
    EXPECT_EQ(to_string(pull_order::mtime), "mtime");
    EXPECT_EQ(to_string(unpacking::gzip), "gzip");
    EXPECT_EQ(parse_pull_order("date").error().message, "one of name, mtime, size");
    EXPECT_FALSE(parse_unpacking("GZIP"));
}

std::string refused_field(const pull_rules& rules) {
    const auto checked = rules.check();
    return checked ? "" : std::string{checked.error().fact_named("field")};
}

TEST(pull_rules, defaults_are_fine) {
    EXPECT_EQ(refused_field({}), "");
    EXPECT_EQ(pull_rules{}, pull_rules{});
}

TEST(pull_rules, numbers_out_of_range_name_their_field) {
    EXPECT_EQ(refused_field({.stable = stable_over_looks{seconds{1}}}), "stable.apart");
    EXPECT_EQ(refused_field({.stable = stable_over_looks{hours{24}}}), "");
    EXPECT_EQ(refused_field({.stable = stable_over_looks{hours{25}}}), "stable.apart");
    EXPECT_EQ(refused_field({.stable = stable_by_age{seconds{0}}}), "stable.age");
    EXPECT_EQ(refused_field({.stable = stable_by_age{hours{31 * 24}}}), "stable.age");
    EXPECT_EQ(refused_field({.stable = stable_by_age{seconds{1}, seconds{-1}}}), "stable.clockTolerance");
    EXPECT_EQ(refused_field({.stable = stable_by_age{seconds{1}, hours{25}}}), "stable.clockTolerance");
    EXPECT_EQ(refused_field({.stable = stable_by_age{seconds{1}, seconds{0}}}), "");
    EXPECT_EQ(refused_field({.stable = stable_at_once{}}), "");
    EXPECT_EQ(refused_field({.stable = stable_by_marker{companion("{name}.ok")}}), "");
    EXPECT_EQ(refused_field({.limits = {.files = 0}}), "limits.files");
    EXPECT_EQ(refused_field({.limits = {.octets = 0}}), "limits.octets");
    EXPECT_EQ(refused_field({.limits = {.duration = seconds{0}}}), "limits.duration");
}

TEST(pull_rules, folder_to_move_to_stays_below) {
    for (const auto& folder : {"done"s, "/archive/{date:%Y}"s, "a/..b"s})
        EXPECT_EQ(refused_field({.after = move_source{folder}}), "") << folder;
    for (const auto& folder : {""s, ".."s, "a/../../b"s, "a\0"s, std::string(4097, 'a')})
        EXPECT_EQ(refused_field({.after = move_source{folder}}), "after.folder") << folder;
    EXPECT_EQ(refused_field({.after = delete_source{}}), "");
}

}  // namespace
}  // namespace gangway::model
