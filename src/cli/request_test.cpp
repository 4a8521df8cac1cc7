#include "request.hpp"

#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

#include <cstdlib>

namespace gangway::cli {
namespace {

constexpr auto server = "sftp://alice@example.com:2222";

command_line line(verb what, std::string url) {
    command_line result;
    result.what = what;
    result.url = std::move(url);
    return result;
}

std::string refused_field(command_line written) {
    const auto wanted = understand(std::move(written));
    if (wanted) return "accepted";
    EXPECT_EQ(wanted.error().code, model::errc::invalid_value);
    EXPECT_FALSE(wanted.error().message.empty());
    return std::string{wanted.error().fact_named("field")};
}

TEST(request, url_is_taken_apart) {
    const auto wanted = understand(line(verb::ls, "sftp://alice@example.com:2222/in/a%20b")).value();
    EXPECT_EQ(wanted.where.username, "alice");
    EXPECT_EQ(wanted.where.endpoint.text(), "example.com:2222");
    EXPECT_EQ(wanted.path.octets(), "/in/a b");
}

TEST(request, url_with_a_password_is_refused) {
    EXPECT_EQ(refused_field(line(verb::ls, "sftp://alice:secret@example.com/")), "url");
}

TEST(request, timeout_bounds_every_stage) {
    auto written = line(verb::ls, server);
    written.timeout = "2s";
    const auto limits = understand(written).value().limits;
    for (const auto limit :
         {limits.connect, limits.identification, limits.key_exchange, limits.authentication, limits.operation})
        EXPECT_EQ(limit, std::chrono::seconds{2});
    written.timeout = "soon";
    EXPECT_EQ(refused_field(written), "timeout");
}

TEST(request, modes_are_octal) {
    auto written = line(verb::mkdir, std::string{server} + "/d");
    EXPECT_FALSE(understand(written).value().mode);
    written.mode = "0750";
    EXPECT_EQ(understand(written).value().mode, 0750U);
    for (const char* wrong : {"888", "10000", "u+x", "-1", "0x10", "64 "}) {
        written.mode = wrong;
        EXPECT_EQ(refused_field(written), "mode") << wrong;
    }
}

TEST(request, download_is_named_after_the_url_unless_told_otherwise) {
    auto written = line(verb::get, std::string{server} + "/in/report.csv");
    EXPECT_EQ(understand(written).value().local, "report.csv");
    written.local = "other.csv";
    EXPECT_EQ(understand(written).value().local, "other.csv");
    written.local = "/tmp";
    EXPECT_EQ(understand(written).value().local, "/tmp/report.csv");
    written.local = "-";
    EXPECT_FALSE(understand(written).value().local);
}

TEST(request, download_without_a_usable_name_asks_for_one) {
    for (const char* path : {"/", "/in/..", "/.", "/in/%2e%2e"})
        EXPECT_EQ(refused_field(line(verb::get, server + std::string{path})), "local") << path;
}

TEST(request, upload_into_a_folder_keeps_its_name) {
    auto written = line(verb::put, std::string{server} + "/in/");
    written.local = "data/report.csv";
    const auto wanted = understand(written).value();
    EXPECT_EQ(wanted.path.octets(), "/in/report.csv");
    EXPECT_EQ(wanted.local, "data/report.csv");
    written.url = std::string{server} + "/in/other.csv";
    EXPECT_EQ(understand(written).value().path.octets(), "/in/other.csv");
}

TEST(request, upload_of_standard_input_needs_a_name) {
    auto written = line(verb::put, std::string{server} + "/in/");
    written.local = "-";
    EXPECT_EQ(refused_field(written), "url");
    written.url += "x";
    EXPECT_FALSE(understand(written).value().local);
}

TEST(request, rename_takes_a_path_or_a_url_of_the_same_account) {
    auto written = line(verb::mv, std::string{server} + "/a");
    written.target = "b";
    EXPECT_EQ(understand(written).value().target->octets(), "b");
    written.target = std::string{server} + "/b";
    EXPECT_EQ(understand(written).value().target->octets(), "/b");
    for (const char* wrong : {"sftp://alice@example.com/b", "sftp://bob@example.com:2222/b",
                              "sftp://example.com:2222/b", "", "sftp://alice:x@example.com:2222/b"}) {
        written.target = wrong;
        EXPECT_NE(refused_field(written), "accepted") << wrong;
    }
}

TEST(request, one_standard_stream_is_one_thing) {
    auto upload = line(verb::put, std::string{server} + "/a");
    upload.local = "-";
    upload.password_stdin = true;
    EXPECT_EQ(refused_field(upload), "password-stdin");
    auto both = line(verb::ls, server);
    both.password_stdin = both.passphrase_stdin = true;
    EXPECT_EQ(refused_field(both), "password-stdin");
    auto download = line(verb::get, std::string{server} + "/a");
    download.local = "-";
    download.json = true;
    EXPECT_EQ(refused_field(download), "json");
}

TEST(request, transfer_between_two_servers_is_refused) {
    auto written = line(verb::get, std::string{server} + "/a");
    written.local = "sftp://host/b";
    EXPECT_EQ(refused_field(written), "local");
}

TEST(request, append_contradicts_atomic_and_no_overwrite) {
    auto written = line(verb::put, std::string{server} + "/a");
    written.local = "x";
    written.append = true;
    EXPECT_TRUE(understand(written));
    written.atomic = true;
    EXPECT_EQ(refused_field(written), "append");
    written.atomic = false;
    written.no_overwrite = true;
    EXPECT_EQ(refused_field(written), "append");
}

TEST(request, resuming_is_for_files_and_folders_of_files) {
    auto fetched = line(verb::get, std::string{server} + "/a");
    fetched.resume = true;
    EXPECT_TRUE(understand(fetched));
    fetched.recursive = true;
    fetched.local = "/tmp";
    EXPECT_EQ(understand(fetched)->local, "/tmp") << "the same folder, now that it is there";
    fetched.local = "/tmp/";
    EXPECT_EQ(understand(fetched)->local, "/tmp/a");
    fetched.local = "/tmp/.";
    EXPECT_EQ(understand(fetched)->local, "/tmp/./a");
    fetched.local.clear();
    EXPECT_EQ(understand(fetched)->local, "a");
    fetched.recursive = false;
    fetched.local = "-";
    EXPECT_EQ(refused_field(fetched), "resume");
    auto written = line(verb::put, std::string{server} + "/a");
    written.local = "x";
    written.resume = written.append = true;
    EXPECT_EQ(refused_field(written), "resume");
}

TEST(request, hostile_operands_are_refused_or_literal) {
    for (const char* url :
         {"-oProxyCommand=id", "sftp://-oProxyCommand=id/", "sftp://a@h%65/", "sftp://h\n/", "sftp://"})
        EXPECT_EQ(refused_field(line(verb::ls, url)), "url") << url;
    const auto wanted = understand(line(verb::ls, "sftp://h/$(id)%60id%60")).value();
    EXPECT_EQ(wanted.path.octets(), "/$(id)`id`");
}

}  // namespace
}  // namespace gangway::cli
