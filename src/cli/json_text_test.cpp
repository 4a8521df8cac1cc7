#include "json_text.hpp"

#include <gangway/model/host.hpp>
#include <gangway/net/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

TEST(json_text, listing_has_the_shape_of_the_api) {
    const std::vector<net::directory_entry> entries{
        {"data", {.size = 4096, .permissions = 040755U, .atime = 0, .mtime = 1'768'478'400}},
        {"x", {}},
    };
    EXPECT_EQ(listing_json("/in", entries),
              R"({"success":true,"path":"/in","count":2,"entries":[)"
              R"({"name":"data","isDirectory":true,"isSymlink":false,"size":4096,"permissions":"drwxr-xr-x",)"
              R"("mtime":"2026-01-15T12:00:00.000Z"},{"name":"x","isDirectory":false,"isSymlink":false}]})");
}

TEST(json_text, octets_that_are_not_text_come_twice) {
    EXPECT_EQ(success_json({{"path", std::string_view{"caf\xe9"}}}),
              R"({"success":true,"path":"caf\\xe9","pathBase64":"Y2Fm6Q=="})");
    EXPECT_EQ(success_json({{"path", std::string_view{"caf\xc3\xa9"}}}), "{\"success\":true,\"path\":\"caf\xc3\xa9\"}");
}

TEST(json_text, stat_has_the_shape_of_the_api) {
    EXPECT_EQ(stat_json("f", {.size = 18'446'744'073'709'551'615U,
                              .uid = 4'294'967'295U,
                              .gid = 1,
                              .permissions = 0100644U,
                              .atime = 4'294'967'295U,
                              .mtime = 0}),
              R"({"success":true,"path":"f","isDirectory":false,"isSymlink":false,"size":18446744073709551615,)"
              R"("permissions":33188,"permissionString":"-rw-r--r--","uid":4294967295,"gid":1,)"
              R"("atime":"2106-02-07T06:28:15.000Z","mtime":"1970-01-01T00:00:00.000Z"})");
}

TEST(json_text, error_has_the_shape_of_the_api) {
    const auto failure = base::error{net::errc::host_key_mismatch, base::phase::hostkey, "another key"}.with(
        "presentedFingerprint", "SHA256:abc");
    EXPECT_EQ(error_json(failure),
              R"({"success":false,"error":"another key","code":"host_key_mismatch","phase":"hostkey",)"
              R"("presentedFingerprint":"SHA256:abc"})");
}

TEST(json_text, error_is_one_line_of_text_whatever_it_says) {
    const auto text = error_json({net::errc::auth_failed, base::phase::auth, "a\nb\xff\x1b"});
    EXPECT_FALSE(text.contains('\n'));
    EXPECT_FALSE(text.contains('\x1b'));
    EXPECT_FALSE(text.contains('\xff'));
}

TEST(json_text, checkup_lists_its_steps_in_order) {
    net::checkup result;
    result.steps.push_back(
        {.name = "dns", .duration = std::chrono::microseconds{1500}, .findings = {{"address", "::1"}}});
    result.steps.push_back({.name = "tcp",
                            .duration = std::chrono::microseconds{250},
                            .failure = base::error{net::errc::connection_refused, base::phase::tcp, "refused"},
                            .findings = {},
                            .advice = "Check the port."});
    const model::endpoint server{model::host::parse("example.com").value(), 2222};
    EXPECT_EQ(checkup_json(server, result),
              R"({"success":true,"host":"example.com","port":2222,"healthy":false,"steps":[)"
              R"({"name":"dns","ok":true,"durationUs":1500,"findings":[{"name":"address","value":"::1"}]},)"
              R"({"name":"tcp","ok":false,"durationUs":250,"findings":[],)"
              R"("error":"refused","code":"connection_refused","phase":"tcp","advice":"Check the port."}]})");
}

}  // namespace
}  // namespace gangway::cli
