#include <gangway/model/errors.hpp>
#include <gangway/transfer/key_template.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

const model::local_time noon = std::chrono::local_days{2026y / 2 / 3} + 12h + 4min + 5s;

std::string key(std::string_view text, key_values values) {
    values.date = noon;
    return key_template::parse(text).value().render(values).text();
}

TEST(key_template, words_are_filled_in) {
    EXPECT_EQ(key("{name}", {.path = "in/orders.csv"}), "orders.csv");
    EXPECT_EQ(key("{path}", {.path = "in/orders.csv"}), "in/orders.csv");
    EXPECT_EQ(key("x/{stem}-v{version}{ext}", {.path = "orders.csv", .version = 3}), "x/orders-v3.csv");
    EXPECT_EQ(key("{connection}/{folder}/{name}", {.path = "a", .connection = "acme", .folder = "daily"}),
              "acme/daily/a");
    EXPECT_EQ(key("{sha256}", {.path = "a", .sha256 = std::string(64, 'e')}), std::string(64, 'e'));
    EXPECT_EQ(key("{stem}", {.path = ".profile"}), "%2Eprofile");
    EXPECT_EQ(key("{stem}{ext}", {.path = "noext"}), "noext");
}

TEST(key_template, dates_are_those_of_the_pull_or_the_file) {
    EXPECT_EQ(key("{date:%Y/%m/%d}/{name}", {.path = "a"}), "2026/02/03/a");
    EXPECT_EQ(key("{date:%H%M%S-%j}_{name}", {.path = "a"}), "120405-034_a");
    const model::local_time then = std::chrono::local_days{2024y / 12 / 31};
    EXPECT_EQ(key("{mtime:%Y-%j}/{name}", {.path = "a", .mtime = then}), "2024-366/a");
    EXPECT_EQ(key("{mtime:%Y}/{name}", {.path = "a"}), "2026/a");
}

TEST(key_template, hostile_values_stay_within_their_component) {
    EXPECT_EQ(key("in/{name}", {.path = ".."}), "in/%2E%2E");
    EXPECT_EQ(key("in/{path}", {.path = "../../etc/passwd"}), "in/%2E%2E/%2E%2E/etc/passwd");
    EXPECT_EQ(key("in/{path}", {.path = "/etc//passwd"}), "in/~/etc/~/passwd");
    EXPECT_EQ(key("{connection}/{name}", {.path = "a", .connection = "../b"}), "%2E.%2Fb/a");
    EXPECT_EQ(key("{ext}/{name}", {.path = "a"}), "~/a");
    EXPECT_EQ(key("{name}", {.path = "\x1b[2J\xff"}), "%1B[2J%FF");
    EXPECT_EQ(key("{name}", {.path = ".gangway"}), "%2Egangway");
    EXPECT_EQ(key("CO{name}", {.path = "N"}), "%43ON");
}

TEST(key_template, later_version_is_marked_where_the_template_does_not) {
    EXPECT_EQ(key("{path}", {.path = "in/orders.csv", .version = 2}), "in/orders~2.csv");
    EXPECT_EQ(key("{path}", {.path = "in.d/orders", .version = 12}), "in.d/orders~12");
    EXPECT_EQ(key("{name}.gz", {.path = "orders.csv", .version = 2}), "orders.csv~2.gz");
    EXPECT_EQ(key("v{version}/{name}", {.path = "orders.csv", .version = 2}), "v2/orders.csv");
    // A file that is really called so goes elsewhere.
    EXPECT_EQ(key("{path}", {.path = "in/orders~2.csv"}), "in/orders%7E2.csv");
}

TEST(key_template, long_paths_keep_their_name_and_differ) {
    std::string deep;
    for (int i = 0; i < 12; ++i)
        deep += std::string(100, static_cast<char>('a' + i)) + "/";
    const auto made = key("{path}", {.path = deep + "x.csv"});
    EXPECT_EQ(made.size(), 1 + 32 + 1 + 5U);
    EXPECT_TRUE(made.ends_with("/x.csv"));
    EXPECT_NE(made, key("{path}", {.path = "z" + deep + "x.csv"}));
    EXPECT_LE(key("{name}-{name}", {.path = std::string(255, 'x')}).size(), 255U);
}

TEST(key_template, versions_and_paths_give_different_keys) {
    std::set<std::string> keys;
    for (const auto* path : {"a.csv", "a~2.csv", "a.csv~2", "a/b", "a%2Fb", "a//b", "A.csv"})
        for (const std::uint32_t version : {1U, 2U, 22U})
            EXPECT_TRUE(keys.insert(key("{path}", {.path = path, .version = version})).second) << path << version;
}

TEST(key_template, needs_content_only_with_the_hash) {
    EXPECT_TRUE(key_template::parse("{sha256}/{name}")->needs_content());
    EXPECT_FALSE(key_template::parse("{name}")->needs_content());
}

TEST(key_template, what_cannot_be_filled_in_is_refused_and_names_the_field) {
    for (const auto& text : {""s,
                             "fixed"s,
                             "{connection}"s,
                             "{name"s,
                             "name}"s,
                             "{}"s,
                             "{nome}{name}"s,
                             "{{name}}"s,
                             "/{name}"s,
                             "{name}/"s,
                             "a//{name}"s,
                             "../{name}"s,
                             ".hidden/{name}"s,
                             "{date:}/{name}"s,
                             "{date:%Q}/{name}"s,
                             "{date:%}/{name}"s,
                             "{date}/{name}"s,
                             "{date:/%Y}/{name}"s,
                             "{date:%Y:%m}{name}"s,
                             "a~{name}"s,
                             "100%/{name}"s,
                             "a\\b{name}"s,
                             "a\n{name}"s,
                             "\xff{name}"s,
                             "a*{name}"s,
                             "{name}" + std::string(510, 'x')}) {
        const auto parsed = key_template::parse(text, "keyTemplate");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, model::errc::invalid_value);
        EXPECT_EQ(parsed.error().fact_named("field"), "keyTemplate");
    }
}

TEST(render_folder, dates_are_filled_in_and_octets_kept) {
    EXPECT_EQ(render_folder("done/{date:%Y/%m}", noon).value(), "done/2026/02");
    EXPECT_EQ(render_folder("/archive \xff%", noon).value(), "/archive \xff%");
    for (const auto* text : {"{name}", "{date:%Q}", "{date:%Y", "a}", "{date:}", "{mtime:%Y}"})
        EXPECT_EQ(render_folder(text, noon, "after.folder").error().fact_named("field"), "after.folder") << text;
}

}  // namespace
}  // namespace gangway::transfer
