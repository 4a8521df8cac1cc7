// The command line and the HTTP API are two views of the same errors: programs that know one know the other.

#include <gangway/api/answer.hpp>
#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/told_code.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace gangway::app {
namespace {

void expect_same_names(const std::error_category& category, int last) {
    for (int value = 1; value <= last; ++value) {
        const std::error_code code{value, category};
        // Over HTTP only managed connections meet it: as a conflict with their state.
        if (code == net::errc::host_key_unknown) continue;
        EXPECT_EQ(cli::classify({code, base::phase::request, ""}).name, api::classify(code).code)
            << category.name() << ' ' << code.message();
    }
}

TEST(error_names, are_the_same_on_the_command_line_and_over_http) {
    expect_same_names(net::category(), static_cast<int>(net::errc::incomplete_write));
    expect_same_names(sftp::error_category(), static_cast<int>(sftp::errc::closed));
    expect_same_names(crypto::category(), static_cast<int>(crypto::errc::crypto_failure));
    expect_same_names(model::category(), static_cast<int>(model::errc::invalid_value));
}

/// Adds every code that a schema of an error in `value` allows.
void collect_codes(const boost::json::value& value, std::set<std::string>& into) {
    if (const auto* const array = value.if_array())
        for (const auto& each : *array)
            collect_codes(each, into);
    const auto* const object = value.if_object();
    if (object == nullptr) return;
    const auto* const code = object->if_contains("code");
    if (code != nullptr && code->is_object() && code->get_object().contains("enum"))
        for (const auto& each : code->get_object().at("enum").as_array())
            into.emplace(each.as_string());
    for (const auto& member : *object)
        collect_codes(member.value(), into);
}

TEST(error_names, every_code_of_the_documented_api_is_known_to_the_administering_commands) {
    std::ifstream in{std::string{GANGWAY_SOURCE_DIR} + "/docs/openapi.json"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    std::set<std::string> codes;
    collect_codes(boost::json::parse(text, {}, {.max_depth = 64}), codes);
    EXPECT_GT(codes.size(), 30U);
    for (const auto& code : codes)
        EXPECT_EQ(cli::told_code(code).message(), code);
}

}  // namespace
}  // namespace gangway::app
