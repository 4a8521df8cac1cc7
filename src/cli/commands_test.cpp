#include <gangway/cli/commands.hpp>
#include <gangway/cli/exit_code.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

/// Whether the words are a command line, and of one of the commands.
bool parses(std::vector<std::string> words) {
    CLI::App application;
    const commands direct{application};
    std::ranges::reverse(words);  // CLI11 takes them from the back
    try {
        application.parse(words);
    } catch (const CLI::ParseError&) {
        return false;
    }
    return direct.chosen();
}

constexpr auto url = "sftp://alice@example.com/x";

TEST(commands, every_command_takes_its_options) {
    EXPECT_TRUE(parses({"ls", "-l", "-a", url}));
    EXPECT_TRUE(parses({"ls", "-la", "--json", url}));
    EXPECT_TRUE(parses({"get", url}));
    EXPECT_TRUE(parses({"get", "--no-overwrite", "--sync", "-q", url, "local"}));
    EXPECT_TRUE(parses({"get", url, "-"}));
    EXPECT_TRUE(parses({"put", "--mode", "640", "--parents", "--atomic", "local", url}));
    EXPECT_TRUE(parses({"put", "--append", "-", url}));
    EXPECT_TRUE(parses({"rm", url}));
    EXPECT_TRUE(parses({"rmdir", url}));
    EXPECT_TRUE(parses({"mkdir", "-p", "-m", "750", url}));
    EXPECT_TRUE(parses({"mv", "-f", url, "target"}));
    EXPECT_TRUE(parses({"stat", "--lstat", url}));
    EXPECT_TRUE(parses({"probe", url}));
}

TEST(commands, connection_options_belong_to_every_command) {
    for (const char* name : {"ls", "get", "rm", "rmdir", "mkdir", "stat", "probe"})
        EXPECT_TRUE(parses({name, "-i", "one", "-i", "two", "--known-hosts", "file", "--accept-new", "--timeout", "5s",
                            "--password-stdin", "--json", url}))
            << name;
}

TEST(commands, identity_takes_one_file_and_leaves_the_operands_alone) {
    EXPECT_TRUE(parses({"mv", "-i", "key", url, "target"}));
    EXPECT_TRUE(parses({"mv", url, "target", "-i", "key"}));
}

TEST(commands, options_of_other_commands_and_missing_operands_are_refused) {
    EXPECT_FALSE(parses({"ls"}));
    EXPECT_FALSE(parses({"ls", url, "more"}));
    EXPECT_FALSE(parses({"ls", "--atomic", url}));
    EXPECT_TRUE(parses({"rm", "-r", url}));
    EXPECT_FALSE(parses({"rmdir", "-r", url}));
    EXPECT_FALSE(parses({"rm", "-f", url}));
    EXPECT_FALSE(parses({"put", "local"}));
    EXPECT_FALSE(parses({"mv", url}));
    EXPECT_FALSE(parses({"ls", "--password", "secret", url}));
    EXPECT_FALSE(parses({}));
}

}  // namespace
}  // namespace gangway::cli
