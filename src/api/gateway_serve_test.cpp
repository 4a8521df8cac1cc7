#include "testing/serving.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace gangway::api {
namespace {

using testing::serving;
using testing::sftp_request;
using testing::status;

TEST_F(serving, health_is_ok) {
    const auto result = run({.to = find_route("/healthz"), .query = ""}, "");
    EXPECT_EQ(result.status, 200U);
    EXPECT_EQ(result.body, R"({"status":"ok"})");
}

TEST_F(serving, bodies_that_are_no_object_never_reach_a_server) {
    for (const auto* const body : {"", "null", "[]", "{bad", "{\"host\":\"a\",\"host\":\"b\"}"}) {
        const auto result = post("list", body);
        EXPECT_EQ(result.status, 400U) << body;
        EXPECT_EQ(result.code, "bad_request");
        EXPECT_EQ(result.operation, "list");
    }
    EXPECT_TRUE(servers.targets.empty());
}

TEST_F(serving, missing_and_wrong_fields_are_named_for_every_operation) {
    struct sample {
        const char* operation;
        const char* fields;
        const char* complaint;
    };
    const sample samples[] = {
        {"list", R"("path":1)", "path"},
        {"list", R"("path":"a","pathBase64":"YQ==")", "pathBase64"},
        {"download", "", "path"},
        {"download", R"("path":"")", "path"},
        {"upload", R"("content":"eA==")", "path"},
        {"upload", R"("path":"p")", "content"},
        {"upload", R"("path":"p","content":null)", "content"},
        {"upload", R"("path":"p","content":"hello world!")", "content"},
        {"upload", R"("path":"p","content":"_-8=")", "content"},
        {"upload", R"("path":"p","content":5)", "content"},
        {"upload", R"("path":"p","content":"","encoding":1)", "encoding"},
        {"upload", R"("path":"p","content":"","mode":"x")", "mode"},
        {"upload", R"("path":"p","content":"","append":1)", "append"},
        {"upload", R"("path":"p","content":"","append":true,"atomic":true)", "atomic"},
        {"delete", R"("path":"")", "path"},
        {"rmdir", "", "path"},
        {"mkdir", "", "path"},
        {"mkdir", R"("path":"p","parents":"yes")", "parents"},
        {"rename", R"("newPath":"n")", "oldPath"},
        {"rename", R"("oldPath":"o")", "newPath"},
        {"rename", R"("oldPath":"o","newPath":"n","overwrite":0)", "overwrite"},
        {"stat", "", "path"},
        {"lstat", R"("path":null)", "path"},
        {"setstat", R"("path":"p")", "mode"},
        {"setstat", R"("path":"p","uid":1)", "gid"},
        {"setstat", R"("path":"p","mtime":"2026-01-15T12:00:00Z")", "atime"},
        {"setstat", R"("path":"p","size":-1)", "size"},
        {"setstat", R"("path":"p","uid":4294967296,"gid":1)", "uid"},
        {"symlink", R"("path":"p")", "target"},
        {"readlink", "", "path"},
        {"realpath", "", "path"},
        {"statvfs", "", "path"},
        {"remove", "", "path"},
        {"remove", R"("path":"a/..")", "path"},
        {"remove", R"("pathBase64":"Lw==")", "path"},
        {"copy", R"("newPath":"n")", "path"},
        {"copy", R"("path":"p")", "newPath"},
        {"copy", R"("path":"p","newPath":"n","overwrite":"yes")", "overwrite"},
        {"checksum", "", "path"},
        {"checksum", R"("path":"p","algorithm":"crc32")", "algorithm"},
    };
    for (const auto& each : samples) {
        const auto result = ask(each.operation, each.fields);
        EXPECT_EQ(result.status, 400U) << each.operation << ' ' << each.fields;
        const auto value = boost::json::parse(result.body);
        EXPECT_EQ(value.at("field"), each.complaint) << each.operation << ' ' << each.fields;
    }
    EXPECT_TRUE(servers.targets.empty());
}

TEST_F(serving, credentials_are_needed_where_files_are) {
    for (const auto* const operation : {"list", "download", "upload", "delete", "mkdir", "rename", "stat"}) {
        const auto result = post(operation, R"({"host":"h","username":"u","path":"p"})");
        EXPECT_EQ(boost::json::parse(result.body).at("field"), "password") << operation;
    }
}

TEST_F(serving, list_answers_entries_in_order_with_what_the_server_sent) {
    servers.script = [first = true](const sftp_request& request) mutable -> std::optional<testing::sftp_reply> {
        if (request.type == 11) return testing::handle();
        if (request.type != 12) return status(0);
        if (!std::exchange(first, false)) return status(1, "End of file");
        return testing::names({{"b\xFF.txt", testing::attributes(7, 0100644, 1768478400)},
                               {".", std::string(4, '\0')},
                               {"z", testing::attributes(4096, 040755, 0)},
                               {"a", std::string(4, '\0')},
                               {"no/entry", std::string(4, '\0')}});
    };
    const auto result = ask("list", R"("path":"d")");
    EXPECT_EQ(result.status, 200U);
    EXPECT_EQ(result.body,
              "{\"success\":true,\"path\":\"d\",\"count\":3,\"entries\":["
              "{\"name\":\"z\",\"isDirectory\":true,\"isSymlink\":false,\"size\":4096,\"permissions\":\"drwxr-xr-x\","
              "\"mtime\":\"1970-01-01T00:00:00.000Z\"},"
              "{\"name\":\"a\",\"isDirectory\":false,\"isSymlink\":false},"
              "{\"name\":\"b\uFFFD.txt\",\"nameBase64\":\"Yv8udHh0\",\"isDirectory\":false,\"isSymlink\":false,"
              "\"size\":7,\"permissions\":\"-rw-r--r--\",\"mtime\":\"2026-01-15T12:00:00.000Z\"}],\"dropped\":1}");
}

TEST_F(serving, list_of_nothing_in_particular_is_the_login_folder) {
    servers.script = [](const sftp_request& request) { return request.type == 11 ? testing::handle() : status(1); };
    record();
    for (const auto* const fields : {"", R"("path":"")", R"("path":null)", R"("pathBase64":"")"}) {
        seen.clear();
        const auto result = ask("list", fields);
        EXPECT_EQ(result.body, R"({"success":true,"path":".","count":0,"entries":[]})") << fields;
        EXPECT_EQ(seen.at(0), "11 .") << fields;
    }
}

TEST_F(serving, list_of_a_file_is_told_as_openssh_tells_it) {
    servers.script = [](const sftp_request& request) {
        return request.type == 11 ? status(4, "Failure") : testing::attrs(testing::attributes(1, 0100644, 0));
    };
    const auto result = ask("list", R"("path":"file")");
    EXPECT_EQ(result.status, 404U);
    EXPECT_EQ(result.code, "no_such_file");
}

TEST_F(serving, download_answers_text_and_binary) {
    std::string content;
    servers.script = [&](const sftp_request& request) -> std::optional<testing::sftp_reply> {
        if (request.type == 3) return testing::handle();
        if (request.type == 8) return testing::attrs(testing::attributes(content.size(), 0100644, 0));
        if (request.type != 5) return status(0);
        base::byte_reader in{request.rest};
        static_cast<void>(in.string());
        const auto offset = in.u64();
        if (offset >= content.size()) return status(1);
        return testing::data(std::string_view{content}.substr(offset, in.u32()));
    };
    content = "h\u00e9\n";
    EXPECT_EQ(
        ask("download", R"("path":"p")").body,
        "{\"success\":true,\"path\":\"p\",\"size\":4,\"truncated\":false,\"isBinary\":false,\"content\":\"hé\\n\","
        "\"encoding\":\"utf-8\"}");
    content = "\xFF\x00\x01";
    EXPECT_EQ(
        ask("download", R"("path":"p")").body,
        R"({"success":true,"path":"p","size":1,"truncated":false,"isBinary":true,"content":"/w==","encoding":"base64"})");
}

TEST_F(serving, changes_answer_the_paths_as_asked) {
    EXPECT_EQ(ask("mkdir", R"("path":"d/")").body, R"({"success":true,"path":"d/"})");
    EXPECT_EQ(ask("delete", R"("pathBase64":"/2E=")").body,
              "{\"success\":true,\"path\":\"\uFFFDa\",\"pathBase64\":\"/2E=\"}");
    EXPECT_EQ(ask("symlink", R"("path":"l","target":"../t")").body, R"({"success":true,"path":"l","target":"../t"})");
    servers.script = [](const sftp_request& request) { return request.type == 18 ? status(0) : status(2); };
    EXPECT_EQ(ask("rename", R"("oldPath":"a","newPathBase64":"Yg==")").body,
              R"({"success":true,"oldPath":"a","newPath":"b"})");
    servers.script = [](const sftp_request& request) {
        return request.type == 7 ? testing::attrs(testing::attributes(0, 040755, 0)) : status(0);
    };
    EXPECT_EQ(ask("rmdir", R"("path":"d")").body, R"({"success":true,"path":"d"})");
}

TEST_F(serving, setstat_sends_what_is_present) {
    std::string sent;
    servers.script = [&](const sftp_request& request) {
        sent = request.rest;
        return status(0);
    };
    EXPECT_EQ(ask("setstat", R"("path":"p","mode":"0640","size":5)").status, 200U);
    EXPECT_EQ(sent, std::string("\0\0\0\1p\0\0\0\5\0\0\0\0\0\0\0\5\0\0\1\xA0", 21));
    EXPECT_EQ(
        ask("setstat", R"("path":"p","uid":1,"gid":2,"atime":"1970-01-01T00:00:03Z","mtime":"1970-01-01T00:00:04Z")")
            .status,
        200U);
    EXPECT_EQ(sent, std::string("\0\0\0\1p\0\0\0\xA\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 25));
}

TEST_F(serving, looks_answer_what_they_saw) {
    servers.script = [](const sftp_request& request) {
        if (request.type == 19) return testing::names({{"/t\xFF", std::string(4, '\0')}});
        if (request.type == 16) return testing::names({{"/home/u", std::string(4, '\0')}});
        return testing::attrs(testing::attributes(6, request.type == 7 ? 0120777 : 0100600, 1768478400));
    };
    EXPECT_EQ(ask("stat", R"("path":"p")").body,
              R"({"success":true,"path":"p","isDirectory":false,"isSymlink":false,"size":6,"permissions":33152,)"
              R"("permissionString":"-rw-------","uid":1001,"gid":1002,"atime":"1970-01-01T00:00:00.000Z",)"
              R"("mtime":"2026-01-15T12:00:00.000Z"})");
    const auto link = boost::json::parse(ask("lstat", R"("path":"p")").body);
    EXPECT_EQ(link.at("isSymlink"), true);
    EXPECT_EQ(link.at("permissionString"), "lrwxrwxrwx");
    EXPECT_EQ(ask("readlink", R"("path":"l")").body,
              "{\"success\":true,\"path\":\"l\",\"target\":\"/t\uFFFD\",\"targetBase64\":\"L3T/\"}");
    EXPECT_EQ(ask("realpath", R"("path":".")").body, R"({"success":true,"path":".","realPath":"/home/u"})");
}

TEST_F(serving, statvfs_answers_numbers_by_name) {
    servers.script = [](const sftp_request&) {
        testing::sftp_reply reply{.type = 201};
        base::byte_writer out{reply.rest};
        for (const std::uint64_t value : {4096U, 512U, 100U, 50U, 40U, 30U, 20U, 10U, 9U, 1U, 255U})
            out.u64(value);
        return reply;
    };
    EXPECT_EQ(ask("statvfs", R"("path":"/")").body,
              R"({"success":true,"path":"/","blockSize":4096,"fragmentSize":512,"blocks":100,"blocksFree":50,)"
              R"("blocksAvailable":40,"files":30,"filesFree":20,"filesAvailable":10,"fileSystemId":9,"readOnly":true,)"
              R"("noSetuid":false,"maxNameLength":255})");
}

TEST_F(serving, status_of_the_server_is_the_error_with_its_words) {
    servers.script = [](const sftp_request&) { return status(3, "Permission denied\x1b"); };
    const auto value = boost::json::parse(ask("delete", R"("path":"p")").body);
    EXPECT_EQ(value.at("error"), "REMOVE failed: PERMISSION_DENIED — Permission denied\\x1b");
    EXPECT_EQ(value.at("code"), "permission_denied");
    EXPECT_EQ(value.at("phase"), "sftp");
}

TEST_F(serving, answer_to_an_allowed_origin_says_so) {
    const auto result = run({.to = find_route("/healthz"), .query = "", .origin = "https://console.example"}, "");
    EXPECT_EQ(header(result, "Access-Control-Allow-Origin"), "https://console.example");
    EXPECT_TRUE(header(result, "Access-Control-Expose-Headers").starts_with("Gangway-Host-Key, Retry-After, "));
}

}  // namespace
}  // namespace gangway::api
