#include <gangway/remote/errors.hpp>
#include <gangway/remote/path_root.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::remote {
namespace {

model::remote_path path(std::string octets) {
    return *model::remote_path::parse(std::move(octets));
}
/// What is sent to the server, or "refused".
std::string confined(std::string_view root, std::string asked) {
    const auto found = confine(root, path(std::move(asked)), "path");
    if (found) return found->octets();
    EXPECT_EQ(found.error().code, errc::outside_root);
    EXPECT_EQ(found.error().fact_named("field"), "path");
    return "refused";
}
void expect_in(std::string_view root, std::initializer_list<std::pair<std::string, std::string_view>> sent) {
    for (const auto& [asked, to_server] : sent)
        EXPECT_EQ(confined(root, asked), to_server) << root << ": " << asked;
}
bool link_stays(std::string_view root, std::string link, std::string_view target) {
    return check_link_target(root, path(std::move(link)), target, "target").has_value();
}

TEST(path_root, without_a_root_paths_stay_as_they_are) {
    EXPECT_EQ(confined("", "../x//y/."), "../x//y/.");
}

TEST(path_root, relative_paths_are_meant_from_the_root) {
    expect_in("/in", {{".", "/in"},
                      {"a/b", "/in/a/b"},
                      {"./a//b/", "/in/a/b"},
                      {"~", "/in/~"},
                      {"-rf", "/in/-rf"},
                      {"\xFF", "/in/\xFF"}});
}

TEST(path_root, absolute_paths_must_lie_under_it) {
    expect_in("/in", {{"/in", "/in"},
                      {"/in/a", "/in/a"},
                      {"//in/./a", "/in/a"},
                      {"/", "refused"},
                      {"/inside", "refused"},
                      {"/etc/passwd", "refused"}});
    expect_in("/a/b", {{"/a", "refused"}});
}

TEST(path_root, no_way_up_even_if_it_leads_back) {
    expect_in("/in", {{"..", "refused"},
                      {"a/../b", "refused"},
                      {"/in/../in/a", "refused"},
                      {"...", "/in/..."},
                      {"a../..b", "/in/a../..b"}});
}

TEST(path_root, path_that_becomes_too_long_is_refused_before_it_is_sent) {
    EXPECT_FALSE(confine("/incoming", path(std::string(model::remote_path::longest, 'x')), "path"));
}

TEST(path_root, links_may_point_inside_only) {
    EXPECT_TRUE(link_stays("", "/anywhere", "/etc"));
    EXPECT_TRUE(link_stays("/in", "/in/a/link", "../b"));
    EXPECT_TRUE(link_stays("/in", "/in/a/link", "b"));
    EXPECT_TRUE(link_stays("/in", "/in/a/link", "/in/c"));
    EXPECT_FALSE(link_stays("/in", "/in/a/link", "/etc/passwd"));
    EXPECT_FALSE(link_stays("/in", "/in/a/link", "../../etc"));
    EXPECT_FALSE(link_stays("/in", "/in/a/link", "../../../../in/c"));
    EXPECT_FALSE(link_stays("/in", "/in/link", "../inside"));
}

TEST(path_root, root_is_absolute_and_plain) {
    EXPECT_EQ(*parse_path_root(""), "");
    EXPECT_EQ(*parse_path_root("/"), "");
    EXPECT_EQ(*parse_path_root("/in/box"), "/in/box");
    for (const auto* wrong : {"in", "/in/", "/in//box", "/in/./box", "/in/../box", "..", "//"}) {
        const auto refused = parse_path_root(wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().fact_named("field"), "pathRoot");
    }
}

}  // namespace
}  // namespace gangway::remote
