#include "routes.hpp"
#include "testing/scripted_sessions.hpp"
#include "upload_store.hpp"

#include <gangway/api/gateway.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace gangway::api {
namespace {

/// A gateway and the decision about one head.
class admission : public ::testing::Test {
  protected:
    static access_rules rules() {
        access_rules made;
        made.allowed_origins = {"https://console.example"};
        return made;
    }
    std::variant<admitted, answer> ask(std::string_view method, std::string_view target,
                                       std::vector<header_field> more = {}) {
        return ask_of(open, method, target, std::move(more));
    }
    static std::variant<admitted, answer> ask_of(const gateway& asked, std::string_view method, std::string_view target,
                                                 std::vector<header_field> more = {}) {
        request_head head{.method = method, .target = target, .fields = {{"Host", "localhost"}}};
        head.fields.insert(head.fields.end(), more.begin(), more.end());
        return asked.admit(head, framing_of(head).value());
    }
    /// "405 method_not_allowed", or "admitted".
    static std::string outcome(const std::variant<admitted, answer>& decision) {
        const auto* const refused = std::get_if<answer>(&decision);
        return refused == nullptr ? "admitted" : std::to_string(refused->status) + ' ' + refused->code;
    }
    static std::string header(const std::variant<admitted, answer>& decision, std::string_view name) {
        for (const auto& each : std::get<answer>(decision).headers)
            if (each.name == name) return each.value;
        return "(none)";
    }

    testing::scripted_sessions servers;
    net::asio::io_context timers;
    base::system_clock clock;
    read_ahead downloads{1U << 20};
    std::shared_ptr<remote::session_store> store =
        std::make_shared<remote::session_store>(timers.get_executor(), clock);
    upload_store uploads{clock};
    services with{servers, *store, downloads, uploads};
    gateway open{access_policy::make(rules(), "127.0.0.1").value(), with};
};

TEST_F(admission, every_route_takes_its_methods_and_refuses_all_others_with_allow) {
    for (const auto& route : all_routes()) {
        const auto allowed = ", " + std::string{route.allow} + ", ";
        for (const auto* const method : {"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT",
                                         "FOO", "get", "Post", "GET,"}) {
            const auto decision = ask(method, route.path);
            const bool fits = allowed.contains(", " + std::string{method} + ", ");
            EXPECT_EQ(outcome(decision), fits ? "admitted" : "405 method_not_allowed") << method << ' ' << route.path;
            if (!fits) EXPECT_EQ(header(decision, "Allow"), route.allow);
        }
    }
}

TEST_F(admission, placeholders_stand_for_one_segment_and_for_the_rest) {
    const auto resource = [this](std::string_view method, std::string_view target) {
        return std::get<admitted>(ask(method, target)).resource.value();
    };
    EXPECT_EQ(resource("GET", "/api/v1/sessions/abc?x=y").id, "abc");
    EXPECT_EQ(resource("GET", "/api/v1/sessions/abc?x=y").query, "x=y");
    EXPECT_EQ(resource("PUT", "/api/v1/sessions/a%2Fc/files/x/%20y/").rest, "x/%20y/");
    EXPECT_EQ(resource("PUT", "/api/v1/sessions/a%2Fc/files/x").id, "a%2Fc");
    EXPECT_EQ(resource("GET", "/api/v1/sessions/abc/files/").rest, "");
    for (const auto* const target :
         {"/api/v1/sessions/", "/api/v1/sessions//", "/api/v1/sessions//files/x", "/api/v1/sessions/abc/",
          "/api/v1/sessions/abc/files", "/api/v1/sessions/abc/filesx", "/api/v1/sessions/abc/x/files/y",
          "/api/v1/Sessions/abc", "/api/v1//sessions/abc"})
        EXPECT_EQ(outcome(ask("GET", target)), "404 not_found") << target;
}

TEST_F(admission, what_only_asks_has_no_body) {
    for (const auto* const method : {"GET", "HEAD", "DELETE"})
        EXPECT_EQ(outcome(ask(method, "/api/v1/sessions/abc/files/x", {{"Content-Length", "1"}})), "400 bad_request");
    EXPECT_EQ(outcome(ask("PUT", "/api/v1/sessions/abc/files/x", {{"Content-Length", "5000000000"}})), "admitted");
}

TEST_F(admission, id_of_a_session_is_not_shown_to_the_log) {
    EXPECT_EQ(open.shown_path("/api/v1/sessions/abc"), "/api/v1/sessions/-");
    EXPECT_EQ(open.shown_path("/api/v1/sessions/abc/files/abc/x"), "/api/v1/sessions/-/files/abc/x");
    EXPECT_EQ(open.shown_path("/api/sftp/list"), "/api/sftp/list");
    EXPECT_EQ(open.shown_path("/api/v1/connections/con_a/keys"), "/api/v1/connections/con_a/keys");
}

TEST_F(admission, the_documented_operations_exist) {
    for (const auto* const name :
         {"connect", "list", "download", "upload", "delete", "mkdir", "rename", "stat", "rmdir", "lstat", "setstat",
          "symlink", "readlink", "realpath", "statvfs", "remove", "copy", "checksum", "probe"}) {
        const auto* const route = find_route("/api/sftp/" + std::string{name});
        ASSERT_NE(route, nullptr) << name;
        EXPECT_EQ(route->operation, name);
        EXPECT_NE(route->decode == nullptr, route->special == nullptr);
        EXPECT_EQ(route->body_limit, name == std::string_view{"upload"} ? 16U * 1024 * 1024 : 1024U * 1024);
    }
}

TEST_F(admission, no_other_spelling_of_a_path_is_a_route) {
    for (const auto* const target : {"/",
                                     "/api/sftp/list/",
                                     "//api/sftp/list",
                                     "/api//sftp/list",
                                     "/api/./sftp/list",
                                     "/api/sftp/../sftp/list",
                                     "/api/sftp/..;/list",
                                     "/api/sftp/list;x",
                                     "/api/sftp/%6cist",
                                     "/api/sftp%2flist",
                                     "/api/sftp%252flist",
                                     "/api/sftp/list%00",
                                     "/api/sftp/list%20",
                                     "/api/sftp/List",
                                     "/API/sftp/list",
                                     "/api/sftp/list.",
                                     "/api\\sftp\\list",
                                     "/api/sftp/lis",
                                     "/api/sftp/listx",
                                     "/api/sftp",
                                     "/api/sftp/",
                                     "/healthz/",
                                     "/HEALTHZ",
                                     "/api/sftp/list&x",
                                     "/x?/api/sftp/list"})
        EXPECT_EQ(outcome(ask("POST", target)), "404 not_found") << target;
}

TEST_F(admission, query_does_not_change_the_route) {
    EXPECT_EQ(outcome(ask("GET", "/api/sftp/list?host=127.0.0.1")), "405 method_not_allowed");
    EXPECT_EQ(outcome(ask("POST", "/api/sftp/list?x=/../..")), "admitted");
    const auto decision = ask("GET", "/api/sftp/connect?host=h&port=1");
    EXPECT_EQ(std::get<admitted>(decision).query, "host=h&port=1");
    EXPECT_EQ(std::get<admitted>(ask("GET", "/api/sftp/connect")).query, "");
    EXPECT_EQ(std::get<admitted>(ask("POST", "/api/sftp/connect?host=h")).query, std::nullopt);
}

TEST_F(admission, token_is_needed_everywhere_but_for_public_routes) {
    access_rules locked;
    locked.api_token = base::secret{"t"};
    const gateway asked{access_policy::make(std::move(locked), "127.0.0.1").value(), with};
    for (const auto& route : all_routes()) {
        const auto* const wanted = route.is_public ? "405 method_not_allowed" : "401 unauthorized";
        for (const auto* const method : {"TRACE", "OPTIONS"})
            EXPECT_EQ(outcome(ask_of(asked, method, route.path)), wanted) << route.path;
        if (route.is_public) continue;
        const auto method = route.allow.substr(0, route.allow.find(','));
        const auto refused = ask_of(asked, method, route.path);
        EXPECT_EQ(outcome(refused), "401 unauthorized") << route.path;
        EXPECT_EQ(header(refused, "WWW-Authenticate"), "Bearer");
        EXPECT_EQ(outcome(ask_of(asked, method, route.path, {{"Authorization", "Bearer t"}})), "admitted");
    }
    for (const auto* const target : {"/", "/api/nothing", "//healthz", "/healthz/", "/%68ealthz"})
        EXPECT_EQ(outcome(ask_of(asked, "GET", target)), "401 unauthorized") << target;
    EXPECT_EQ(outcome(ask_of(asked, "GET", "/healthz")), "admitted");
}

TEST_F(admission, foreign_pages_are_refused_on_every_route) {
    for (const auto& route : all_routes()) {
        const auto decision = ask("TRACE", route.path, {{"Origin", "http://evil.example"}});
        EXPECT_EQ(outcome(decision), route.is_public ? "405 method_not_allowed" : "403 forbidden_origin");
        EXPECT_EQ(header(decision, "Access-Control-Allow-Origin"), "(none)");
    }
    EXPECT_EQ(outcome(ask("OPTIONS", "/api/sftp/list",
                          {{"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "POST"}})),
              "403 forbidden_origin");
}

TEST_F(admission, preflight_of_an_allowed_origin_is_answered_and_its_requests_may_be_read) {
    const header_field origin{"Origin", "https://console.example"};
    const auto preflight = ask("OPTIONS", "/api/sftp/list", {origin, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(std::get<answer>(preflight).status, 204U);
    EXPECT_EQ(header(preflight, "Access-Control-Allow-Origin"), "https://console.example");
    EXPECT_EQ(header(preflight, "Access-Control-Allow-Methods"), "POST");
    EXPECT_EQ(header(preflight, "Vary"), "Origin");
    EXPECT_EQ(std::get<admitted>(ask("POST", "/api/sftp/list", {origin})).origin, "https://console.example");
    const auto refused = ask("GET", "/api/sftp/list", {origin});
    EXPECT_EQ(header(refused, "Access-Control-Allow-Origin"), "https://console.example");
    EXPECT_EQ(outcome(ask("OPTIONS", "/api/sftp/list", {origin})), "405 method_not_allowed") << "no preflight";
    EXPECT_EQ(outcome(ask("OPTIONS", "/nowhere", {origin, {"Access-Control-Request-Method", "POST"}})),
              "404 not_found");
}

TEST_F(admission, body_is_json_in_utf8_or_says_nothing) {
    const auto typed = [&](std::string_view type) {
        return outcome(ask("POST", "/api/sftp/list", {{"Content-Type", type}}));
    };
    for (const auto* const type :
         {"application/json", "Application/JSON", "application/json; charset=utf-8",
          "application/json;charset=\"UTF-8\"", "application/json ; Charset=Utf-8 ; x=y", "application/json;"})
        EXPECT_EQ(typed(type), "admitted") << type;
    for (const auto* const type :
         {"", "text/plain", "text/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
          "application/json; charset=utf-16", "application/json; charset=utf-8; charset=latin1", "application/jsonx",
          "application/json, text/plain", "application/problem+json"})
        EXPECT_EQ(typed(type), "415 unsupported_media_type") << type;
    EXPECT_EQ(outcome(ask("POST", "/api/sftp/list",
                          {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}})),
              "400 bad_request");
}

TEST_F(admission, compressed_bodies_are_refused) {
    for (const auto* const coding : {"gzip", "br", "deflate, gzip", ""})
        EXPECT_EQ(outcome(ask("POST", "/api/sftp/list", {{"Content-Encoding", coding}})), "415 unsupported_media_type");
    EXPECT_EQ(outcome(ask("POST", "/api/sftp/list", {{"Content-Encoding", "identity"}})), "admitted");
}

TEST_F(admission, announced_length_decides_before_anything_is_read) {
    const auto sized = [&](const char* target, const char* length) {
        return outcome(ask("POST", target, {{"Content-Length", length}}));
    };
    EXPECT_EQ(sized("/api/sftp/list", "1048576"), "admitted");
    EXPECT_EQ(sized("/api/sftp/list", "1048577"), "413 payload_too_large");
    EXPECT_EQ(sized("/api/sftp/upload", "16777216"), "admitted");
    EXPECT_EQ(sized("/api/sftp/upload", "16777217"), "413 payload_too_large");
    EXPECT_EQ(sized("/api/sftp/upload", "18446744073709551615"), "413 payload_too_large");
}

TEST_F(admission, get_has_no_body) {
    EXPECT_EQ(outcome(ask("GET", "/api/sftp/connect", {{"Content-Length", "5"}})), "400 bad_request");
    EXPECT_EQ(outcome(ask("GET", "/healthz", {{"Transfer-Encoding", "chunked"}})), "400 bad_request");
    EXPECT_EQ(outcome(ask("GET", "/healthz", {{"Content-Length", "0"}})), "admitted");
}

TEST_F(admission, refusals_are_json_of_phase_request) {
    const auto decision = ask("POST", "/nowhere");
    const auto value = boost::json::parse(std::get<answer>(decision).body);
    EXPECT_EQ(value.at("success"), false);
    EXPECT_EQ(value.at("phase"), "request");
}

}  // namespace
}  // namespace gangway::api
