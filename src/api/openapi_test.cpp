// The description of the API and the program agree; what it says of each answer is tested against a running gateway.
#include "openapi_document.hpp"
#include "routes.hpp"

#include <gangway/api/answer.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace gangway::api {
namespace {

namespace json = boost::json;

const json::object& document() {
    static const auto parsed = json::parse(openapi_document()).as_object();
    return parsed;
}

/// "GET, POST" as the document has it: "get", "post".
std::set<std::string> methods_of(std::string_view allow) {
    std::set<std::string> methods;
    for (std::string rest{allow}; !rest.empty();) {
        const auto comma = std::min(rest.find(", "), rest.size());
        auto method = rest.substr(0, comma);
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
        methods.insert(method);
        rest.erase(0, comma + 2);
    }
    return methods;
}

/// A route's path as OpenAPI writes it, where the part at the end needs a name.
std::string template_of(std::string_view path) {
    std::string made{path};
    if (made.ends_with('*')) made.replace(made.size() - 1, 1, "{path}");
    return made;
}

TEST(openapi, describes_every_route_with_its_methods_and_no_other) {
    std::set<std::string> described;
    for (const auto& [path, item] : document().at("paths").as_object())
        described.insert(path);
    for (const auto& route : all_routes()) {
        const auto path = template_of(route.path);
        ASSERT_TRUE(described.erase(path)) << path << " is not described";
        std::set<std::string> methods;
        for (const auto& [name, operation] : document().at("paths").at(path).as_object())
            if (name != "parameters") methods.insert(name);
        EXPECT_EQ(methods, methods_of(route.allow)) << path;
    }
    EXPECT_TRUE(described.empty()) << *described.begin() << " is no route";
}

TEST(openapi, says_which_routes_need_no_token) {
    for (const auto& route : all_routes())
        for (const auto& [name, operation] : document().at("paths").at(template_of(route.path)).as_object()) {
            if (!operation.is_object()) continue;
            const auto* const security = operation.as_object().if_contains("security");
            EXPECT_EQ(security != nullptr && security->as_array().empty(), route.is_public) << route.path;
        }
}

/// `client_gone` is what the log has for a client that nobody answers.
TEST(openapi, has_every_code_of_the_error_table_and_no_other) {
    std::set<std::string> described;
    for (const auto& code : document().at("components").at("schemas").at("ErrorCode").at("enum").as_array())
        described.insert(std::string{code.as_string()});
    std::set<std::string> known(all_error_codes().begin(), all_error_codes().end());
    ASSERT_TRUE(known.erase("client_gone"));
    EXPECT_EQ(described, known);
}

TEST(openapi, is_of_this_version) {
    EXPECT_EQ(document().at("openapi").as_string(), "3.1.0");
    EXPECT_EQ(document().at("info").at("version").as_string(), GANGWAY_VERSION);
}

}  // namespace
}  // namespace gangway::api
