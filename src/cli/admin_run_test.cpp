#include "admin_run.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>

namespace gangway::cli {
namespace {

environment_lookup variables(std::map<std::string, std::string> of) {
    return [of = std::move(of)](const char* name) -> const char* {
        const auto found = of.find(name);
        return found == of.end() ? nullptr : found->second.c_str();
    };
}

TEST(admin_run, gateway_is_that_of_the_option_then_the_variable_then_the_usual_one) {
    admin_line line;
    EXPECT_EQ(chosen_gateway(line, variables({}))->text(), "http://127.0.0.1:8080");
    EXPECT_EQ(chosen_gateway(line, variables({{"GANGWAY_URL", ""}}))->text(), "http://127.0.0.1:8080");
    EXPECT_EQ(chosen_gateway(line, variables({{"GANGWAY_URL", "https://g"}}))->text(), "https://g");
    line.gateway = "http://h";
    EXPECT_EQ(chosen_gateway(line, variables({{"GANGWAY_URL", "https://g"}}))->text(), "http://h");
}

class token_file_test : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "gangway-token-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::string file(const std::string& text, std::filesystem::perms mode = std::filesystem::perms::owner_read) {
        const auto path = folder / "token";
        std::filesystem::remove(path);
        std::ofstream{path} << text;
        std::filesystem::permissions(path, mode);
        return path;
    }

    std::filesystem::path folder;
};

TEST_F(token_file_test, option_outweighs_the_variable_and_that_the_token_itself) {
    admin_line line;
    EXPECT_FALSE(chosen_token(line, variables({}), std::nullopt).value());
    EXPECT_EQ(chosen_token(line, variables({}), base::secret{"own"}).value()->view(), "own");
    const auto named = file("named\n");
    EXPECT_EQ(chosen_token(line, variables({{"GANGWAY_TOKEN_FILE", named}}), base::secret{"own"}).value()->view(),
              "named");
    line.token_file = named;
    EXPECT_EQ(chosen_token(line, variables({{"GANGWAY_TOKEN_FILE", "/missing"}}), std::nullopt).value()->view(),
              "named");
}

TEST_F(token_file_test, what_cannot_be_a_header_is_refused_and_not_shown) {
    admin_line line;
    for (const std::string text : {"", "\n", "two words", "gwt_x\r\nHost: evil", "gwt_\xFF", "gwt_\x01"}) {
        line.token_file = file(text);
        const auto token = chosen_token(line, variables({}), std::nullopt);
        ASSERT_FALSE(token);
        EXPECT_FALSE(token.error().message.contains("gwt_"));
    }
    line.token_file = file(std::string(4097, 'a'));
    EXPECT_FALSE(chosen_token(line, variables({}), std::nullopt));
    EXPECT_FALSE(chosen_token(admin_line{}, variables({}), base::secret{"a b"}));
}

TEST_F(token_file_test, file_that_others_may_read_is_refused_with_the_way_out) {
    using std::filesystem::perms;
    admin_line line;
    line.token_file = file("token", perms::owner_read | perms::others_read);
    const auto token = chosen_token(line, variables({}), std::nullopt);
    ASSERT_FALSE(token);
    EXPECT_TRUE(token.error().message.contains("chmod 600"));
    line.token_file = folder / "missing";
    EXPECT_FALSE(chosen_token(line, variables({}), std::nullopt));
}

}  // namespace
}  // namespace gangway::cli
