#include <gangway/app/raw_settings.hpp>
#include <gangway/app/setting_table.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gangway::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string refusal(std::string_view toml) {
    const auto result = settings_of_toml(toml, "gangway.toml");
    return result ? "accepted" : result.error().message;
}

raw_settings of_environment(const std::map<std::string, std::string>& variables) {
    return settings_of_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

TEST(toml_settings, values_come_with_their_line) {
    const auto found = settings_of_toml(
                           "# comment\nlisten = \"[::1]:80\"\n\nblock_cloudflare = false\n"
                           "egress_allow = [\n  \"10.0.0.0/8\",\n  \"fd00::/8\",\n]\n",
                           "gangway.toml")
                           .value();
    EXPECT_EQ(found.size(), 3U);
    EXPECT_THAT(found.at("listen").values, ElementsAre("[::1]:80"));
    EXPECT_EQ(found.at("listen").place, "gangway.toml, line 2");
    EXPECT_EQ(found.at("listen").from, origin::file);
    EXPECT_THAT(found.at("block_cloudflare").values, ElementsAre("false"));
    EXPECT_EQ(found.at("block_cloudflare").place, "gangway.toml, line 4");
    EXPECT_THAT(found.at("egress_allow").values, ElementsAre("10.0.0.0/8", "fd00::/8"));
}

TEST(toml_settings, empty_file_and_empty_list_are_fine) {
    EXPECT_THAT(settings_of_toml("", "f").value(), IsEmpty());
    EXPECT_THAT(settings_of_toml("allowed_hosts = []", "f").value().at("allowed_hosts").values, IsEmpty());
}

TEST(toml_settings, unknown_key_is_refused_and_the_nearest_one_named) {
    EXPECT_EQ(refusal("\nlissten = \"x\"\n"),
              "lissten (gangway.toml, line 2): there is no such setting; did you mean listen?");
    EXPECT_THAT(refusal("timeout_conect = \"1s\""), HasSubstr("did you mean timeout_connect?"));
    EXPECT_THAT(refusal("colour = \"blue\""), HasSubstr("gangway serve --help"));
    EXPECT_THAT(refusal("[timeout]\nconnect = \"1s\""), HasSubstr("timeout (gangway.toml, line 1)"));
    EXPECT_THAT(refusal("\"a\\u001b[2J\" = 1"), HasSubstr("a\\x1b[2J"));
}

TEST(toml_settings, wrong_type_names_what_is_allowed) {
    EXPECT_EQ(refusal("listen = 8080"), "listen (gangway.toml, line 1): the value must be a string in quotes");
    EXPECT_THAT(refusal("timeout_connect = 10"), HasSubstr("a string in quotes"));
    EXPECT_THAT(refusal("block_cloudflare = \"false\""), HasSubstr("true or false, without quotes"));
    EXPECT_THAT(refusal("allowed_hosts = \"gw\""), HasSubstr("an array of strings"));
    EXPECT_THAT(refusal("allowed_hosts = [\"gw\", 1]"), HasSubstr("an array of strings"));
    EXPECT_THAT(refusal("listen = {}"), HasSubstr("a string in quotes"));
}

TEST(toml_settings, broken_file_names_the_line) {
    EXPECT_THAT(refusal("= broken"), HasSubstr("gangway.toml, line 1: this is not TOML"));
    EXPECT_THAT(refusal("listen = \"x\"\nlisten = \"y\""), HasSubstr("line 2"));
    EXPECT_THAT(refusal("listen = \"x"), HasSubstr("not TOML"));
}

TEST(toml_settings, missing_file_is_named) {
    const auto result = settings_of_file("/nonexistent/gangway.toml");
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("/nonexistent/gangway.toml cannot be read"));
}

TEST(environment_settings, variables_are_named_as_their_place) {
    const auto found = of_environment({{"GANGWAY_LISTEN", "127.0.0.1:1"}, {"GANGWAY_OTHER", "x"}, {"HOME", "/h"}});
    EXPECT_EQ(found.size(), 1U);
    EXPECT_EQ(found.at("listen").place, "GANGWAY_LISTEN");
    EXPECT_EQ(found.at("listen").from, origin::environment);
}

TEST(environment_settings, empty_variable_is_not_set) {
    EXPECT_THAT(of_environment({{"GANGWAY_LISTEN", ""}}), IsEmpty());
}

TEST(environment_settings, lists_are_split_at_commas) {
    EXPECT_THAT(of_environment({{"GANGWAY_EGRESS_ALLOW", " 10.0.0.0/8 ,,fd00::/8,"}}).at("egress_allow").values,
                ElementsAre("10.0.0.0/8", "fd00::/8"));
    EXPECT_THAT(of_environment({{"GANGWAY_ALLOWED_HOSTS", " , "}}).at("allowed_hosts").values, IsEmpty());
    EXPECT_THAT(of_environment({{"GANGWAY_LISTEN", "a,b"}}).at("listen").values, ElementsAre("a,b"));
}

TEST(unknown_variables, misspelt_setting_is_named_with_the_one_it_was_meant_to_be) {
    const char* const environment[] = {"GANGWAY_EGRES=public", "GANGWAY_SERVICE_HOST=10.0.0.1", "HOME=/h",
                                       "GANGWAY_LOG_LEVEL", nullptr};
    const auto found = unknown_variables(environment);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].name, "GANGWAY_EGRES");
    EXPECT_EQ(found[0].meant, "GANGWAY_EGRESS");
    EXPECT_EQ(found[1].name, "GANGWAY_SERVICE_HOST");
    EXPECT_EQ(found[1].meant, "");
}

TEST(unknown_variables, settings_and_their_companions_are_known) {
    const char* const environment[] = {"GANGWAY_CONFIG=f",     "GANGWAY_API_TOKEN=t",  "GANGWAY_LISTEN=",
                                       "GANGWAY_URL=http://g", "GANGWAY_TOKEN_FILE=f", nullptr};
    EXPECT_THAT(unknown_variables(environment), IsEmpty());
    EXPECT_THAT(unknown_variables(nullptr), IsEmpty());
}

TEST(overlaid_settings, the_upper_layer_outweighs_key_by_key) {
    raw_settings file{{"listen", {{"a"}, origin::file, "f"}}, {"egress", {{"open"}, origin::file, "f"}}};
    raw_settings environment{{"listen", {{"b"}, origin::environment, "e"}}};
    raw_settings flags{{"log_level", {{"debug"}, origin::flag, "--log-level"}}};
    const auto result = overlaid(overlaid(file, environment), flags);
    EXPECT_THAT(result.at("listen").values, ElementsAre("b"));
    EXPECT_THAT(result.at("egress").values, ElementsAre("open"));
    EXPECT_THAT(result.at("log_level").values, ElementsAre("debug"));
}

TEST(setting_table, spellings_follow_from_the_key_and_are_unique) {
    std::set<std::string_view> seen;
    for (const auto& setting : all_settings()) {
        std::string upper{setting.key};
        for (char& c : upper)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        EXPECT_EQ(setting.variable, "GANGWAY_" + upper);
        EXPECT_TRUE(setting.flag.starts_with("--"));
        EXPECT_THAT(std::string{setting.help}, HasSubstr("Default: ")) << setting.key;
        for (const auto name : {setting.key, setting.variable, setting.flag})
            EXPECT_TRUE(seen.insert(name).second) << name;
        EXPECT_EQ(find_setting(setting.key), &setting);
    }
    EXPECT_EQ(find_setting("nothing"), nullptr);
}

TEST(setting_table, nearest_key_forgives_typing_and_not_more) {
    EXPECT_EQ(nearest_key("datadir"), "data_dir");
    EXPECT_EQ(nearest_key("egres"), "egress");
    EXPECT_EQ(nearest_key("api_token"), "");
    EXPECT_EQ(nearest_key("x"), "");
    EXPECT_EQ(nearest_key(""), "");
    EXPECT_EQ(nearest_key(std::string(10'000, 'l')), "");
}

}  // namespace
}  // namespace gangway::app
