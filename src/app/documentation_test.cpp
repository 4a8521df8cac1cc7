// What is written about the settings stays true.

#include <gangway/app/raw_settings.hpp>
#include <gangway/app/setting_table.hpp>
#include <gangway/app/settings.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace gangway::app {
namespace {

std::string text_of(const std::string& name) {
    std::ifstream in{std::string{GANGWAY_SOURCE_DIR} + "/" + name};
    EXPECT_TRUE(in.is_open()) << name;
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The example with every setting that it only shows.
std::string with_examples_used(const std::string& text) {
    std::istringstream lines{text};
    std::string used;
    for (std::string line; std::getline(lines, line);) {
        const bool example = line.starts_with('#') && line.contains(" = ") && !line.starts_with("# ");
        used += (example ? line.substr(1) : line) + "\n";
    }
    return used;
}

TEST(documentation, every_setting_is_explained_with_all_its_spellings) {
    const auto text = text_of("docs/configuration.md");
    for (const auto& setting : all_settings()) {
        EXPECT_TRUE(text.contains("`" + std::string{setting.key} + "`")) << setting.key;
        EXPECT_TRUE(text.contains("`" + std::string{setting.variable} + "`")) << setting.variable;
        EXPECT_TRUE(text.contains("`" + std::string{setting.flag} + " ")) << setting.flag;
    }
}

TEST(documentation, example_file_changes_nothing_and_shows_every_setting) {
    const auto text = text_of("packaging/gangway.toml");
    EXPECT_TRUE(settings_of_toml(text, "gangway.toml").value().empty());
    auto shown = settings_of_toml(with_examples_used(text), "gangway.toml");
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(shown->size(), all_settings().size());
    for (const auto* const must_be_there : {"api_token_file", "ca_file"})
        shown->erase(must_be_there);
    const auto decided = decide(*shown, {.home = "/home/alice"});
    EXPECT_TRUE(decided) << decided.error().message;
}

TEST(documentation, example_file_shows_the_defaults) {
    const auto text = text_of("packaging/gangway.toml");
    auto shown = settings_of_toml(with_examples_used(text), "gangway.toml").value();
    for (const auto* const must_be_there : {"api_token_file", "ca_file"})
        shown.erase(must_be_there);
    const auto example = decide(shown, {.home = "/home/alice"}).value();
    const auto usual = decide({}, {.home = "/home/alice"}).value();
    EXPECT_EQ(example.listen, usual.listen);
    EXPECT_EQ(example.egress.block_cloudflare, usual.egress.block_cloudflare);
    EXPECT_EQ(example.limits.connect, usual.limits.connect);
    EXPECT_EQ(example.limits.identification, usual.limits.identification);
    EXPECT_EQ(example.limits.key_exchange, usual.limits.key_exchange);
    EXPECT_EQ(example.limits.authentication, usual.limits.authentication);
    EXPECT_EQ(example.limits.operation, usual.limits.operation);
    EXPECT_EQ(example.stop_limit, usual.stop_limit);
    EXPECT_EQ(example.pull_connections, usual.pull_connections);
    EXPECT_EQ(example.keep.runs, usual.keep.runs);
    EXPECT_EQ(example.keep.files, usual.keep.files);
    EXPECT_EQ(example.keep.audit, usual.keep.audit);
    EXPECT_EQ(example.keep.deliveries, usual.keep.deliveries);
    EXPECT_EQ(example.format, usual.format);
    EXPECT_EQ(example.level, usual.level);
}

}  // namespace
}  // namespace gangway::app
