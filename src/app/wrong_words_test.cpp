#include "wrong_words.hpp"

#include "nearest_word.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace gangway::app {
namespace {

TEST(nearest_word, forgives_typing_and_not_more) {
    constexpr std::array<std::string_view, 3> known{"--listen", "--log-level", "--data-dir"};
    EXPECT_EQ(nearest_word("--listn", known, 2), "--listen");
    EXPECT_EQ(nearest_word("--log-levle", known, 2), "--log-level");
    EXPECT_EQ(nearest_word("--port", known, 2), "");
    EXPECT_EQ(nearest_word("ab", std::array<std::string_view, 1>{"xy"}, 2), "") << "nothing of it is left";
    EXPECT_EQ(nearest_word(std::string(65, 'x'), known, 100), "");
    EXPECT_EQ(nearest_word("x", {}, 2), "");
}

class wrong_words : public ::testing::Test {
  protected:
    wrong_words() {
        program.set_version_flag("--version", "1");
        program.require_subcommand(1);
        auto* const serve = program.add_subcommand("serve", "");
        serve->add_option("--listen", listen);
        auto* const folders = program.add_subcommand("folders", "");
        folders->require_subcommand(1);
        auto* const create = folders->add_subcommand("create", "");
        create->add_option("NAME", name)->required();
        create->add_option("--every", every);
        create->add_flag("-q,--quiet", quiet);
        create->add_option("-n", number);
    }
    std::string explained(std::vector<const char*> words) {
        words.insert(words.begin(), "/usr/bin/gangway");
        try {
            program.parse(static_cast<int>(words.size()), words.data());
        } catch (const CLI::ParseError& wrong) {
            return explain_wrong_words(program, wrong, words);
        }
        return "nothing is wrong";
    }

    CLI::App program{"", "gangway"};
    std::string listen{}, name{}, every{};
    bool quiet = false;
    int number = 0;
};

TEST_F(wrong_words, unknown_command_is_named_with_the_one_that_is_near) {
    EXPECT_EQ(explained({"srve"}), R"(there is no command "srve": do you mean "serve"? (gangway --help))");
    EXPECT_EQ(explained({"folder", "create"}),
              R"(there is no command "folder": do you mean "folders"? (gangway --help))");
    EXPECT_EQ(explained({"folders", "craete", "x"}),
              R"(there is no command "craete": do you mean "create"? (gangway folders --help))");
    EXPECT_EQ(explained({"upload"}), R"(there is no command "upload" (gangway --help))");
    EXPECT_EQ(explained({"\x1b[2J"}), R"(there is no command "\x1b[2J" (gangway --help))");
}

TEST_F(wrong_words, unknown_option_is_named_with_the_one_that_is_near) {
    EXPECT_EQ(explained({"serve", "--listn", "1"}),
              R"(there is no option "--listn": do you mean "--listen"? (gangway serve --help))");
    EXPECT_EQ(explained({"folders", "create", "x", "--evry=15m"}),
              R"(there is no option "--evry": do you mean "--every"? (gangway folders create --help))");
    EXPECT_EQ(explained({"folders", "create", "x", "--colour", "red"}),
              R"(there is no option "--colour" (gangway folders create --help))");
    EXPECT_EQ(explained({"--hlp"}), R"(there is no option "--hlp": do you mean "--help"? (gangway --help))");
    EXPECT_EQ(explained({"folders", "create", "x", "-qz"}).substr(0, 11), "The followi") << "the first one is known";
}

TEST_F(wrong_words, what_is_missing_is_told_as_before_with_the_help_of_its_command) {
    EXPECT_EQ(explained({}), "A subcommand is required (gangway --help)");
    EXPECT_EQ(explained({"folders"}), "A subcommand is required (gangway folders --help)");
    EXPECT_EQ(explained({"folders", "create"}), "NAME is required (gangway folders create --help)");
    EXPECT_EQ(explained({"folders", "create", "x", "y"}),
              "The following argument was not expected: y (gangway folders create --help)");
}

TEST_F(wrong_words, numbers_and_a_lone_dash_are_no_options) {
    EXPECT_EQ(explained({"folders", "create", "-", "y"}),
              "The following argument was not expected: y (gangway folders create --help)");
    EXPECT_EQ(explained({"folders", "create", "x", "-n", "-5"}), "nothing is wrong");
    EXPECT_EQ(explained({"folders", "create", "x", "y", "--", "--colour"}).find("no option"), std::string::npos);
}

}  // namespace
}  // namespace gangway::app
