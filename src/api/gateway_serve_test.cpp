#include "routes.hpp"
#include "scripted_sessions.hpp"

#include <gangway/api/gateway.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <exception>

namespace gangway::api {
namespace {

using testing::scripted_sessions;
using testing::sftp_request;
using testing::status;

class serving : public ::testing::Test {
  protected:
    static constexpr auto login = R"("host":"h.example","username":"u","password":"p")";

    /// The answer to a body for this operation.
    answer post(std::string_view operation, std::string body) {
        const auto* const route = find_route("/api/sftp/" + std::string{operation});
        return run({.to = route, .body_limit = route->body_limit}, std::move(body));
    }
    /// With a login, and these fields besides.
    answer ask(std::string_view operation, std::string_view more) {
        return post(operation, "{" + std::string{login} + (more.empty() ? "" : ",") + std::string{more} + "}");
    }
    answer run(admitted request, std::string body) {
        net::asio::io_context context;
        std::optional<answer> result;
        std::exception_ptr thrown;
        const auto work = [](gateway& served, admitted what, wiped_octets octets,
                             std::optional<answer>& to) -> net::awaitable<void> {
            to = co_await served.serve(std::move(what), std::move(octets));
        };
        net::asio::co_spawn(net::asio::make_strand(context),
                            work(served_, std::move(request), wiped_octets(body.begin(), body.end()), result),
                            [&](std::exception_ptr failure) { thrown = failure; });
        context.run();
        if (thrown) std::rethrow_exception(thrown);
        return result.value();
    }
    static std::string header(const answer& from, std::string_view name) {
        for (const auto& each : from.headers)
            if (each.name == name) return each.value;
        return "(none)";
    }
    /// Requests that the server saw, as "type first-string".
    void record() {
        servers.script = [this, before = servers.script](const sftp_request& request) {
            seen.push_back(std::to_string(request.type) + ' ' + request.text());
            return before(request);
        };
    }

    scripted_sessions servers;
    std::vector<std::string> seen;
    gateway served_{access_policy::make({}, "127.0.0.1").value(), servers};
};

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

TEST_F(serving, target_is_what_was_asked_for) {
    post("stat", R"({"host":"H.example","port":2222,"username":"me","password":"pw","privateKey":"key","path":"p",)"
                 R"("hostKey":"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"})");
    ASSERT_EQ(servers.targets.size(), 1U);
    const auto& target = servers.targets.front();
    EXPECT_EQ(target.server.text(), "h.example:2222");
    EXPECT_EQ(target.who.username, "me");
    EXPECT_EQ(target.who.password->view(), "pw");
    EXPECT_EQ(target.who.key->text.view(), "key");
    EXPECT_EQ(target.expected_key->text(), "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
}

TEST_F(serving, refusal_before_a_session_is_the_answer_with_the_host_key_if_known) {
    servers.refusal = base::error{net::errc::auth_failed, base::phase::auth, "refused"}.with("methods", "publickey");
    auto result = ask("list", "");
    EXPECT_EQ(result.status, 403U);
    EXPECT_EQ(result.code, "auth_failed");
    EXPECT_EQ(result.host, "h.example:22");
    EXPECT_EQ(result.operation, "list");
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "(none)");
    EXPECT_EQ(boost::json::parse(result.body).at("phase"), "auth");

    servers.host_key = model::fingerprint{{}};
    result = ask("list", "");
    EXPECT_EQ(result.status, 403U);
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

TEST_F(serving, cloudflare_is_told_on_every_operation_alike) {
    servers.refusal =
        base::error{net::errc::cloudflare_blocked, base::phase::egress, "blocked"}.with("isCloudflare", "true");
    for (const auto* const operation : {"connect", "list", "download", "delete", "mkdir", "stat", "statvfs"}) {
        const auto result = ask(operation, R"("path":"p")");
        EXPECT_EQ(result.status, 403U) << operation;
        EXPECT_EQ(result.code, "host_blocked") << operation;
        EXPECT_EQ(boost::json::parse(result.body).at("isCloudflare"), true) << operation;
    }
}

TEST_F(serving, time_limit_of_the_request_names_the_phase_it_came_to) {
    for (const auto phase : {base::phase::tcp, base::phase::auth}) {
        servers.hangs_in = phase;
        const auto result = ask("list", R"("timeoutMs":1)");
        EXPECT_EQ(result.status, 504U);
        EXPECT_EQ(result.code, "timeout");
        EXPECT_EQ(boost::json::parse(result.body).at("phase").as_string(), base::to_string(phase));
    }
    EXPECT_EQ(servers.cancelled, 2);
}

TEST_F(serving, time_limit_covers_the_operation_itself_and_gives_the_lease_back) {
    servers.script = [](const sftp_request&) { return std::nullopt; };
    const auto result = ask("stat", R"("path":"p","timeoutMs":20)");
    EXPECT_EQ(result.code, "timeout");
    EXPECT_EQ(boost::json::parse(result.body).at("phase"), "sftp");
    EXPECT_EQ(servers.leases_alive, 0);
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

TEST_F(serving, session_on_another_strand_is_used_and_given_back_there) {
    net::asio::io_context elsewhere;
    servers.strand = net::asio::make_strand(elsewhere);
    // Both contexts run in this thread, in turns: the work is done when both have nothing left.
    const auto* const to_delete = find_route("/api/sftp/delete");
    net::asio::io_context here;
    std::optional<answer> result;
    const auto work = [](gateway& served, const api::route* to, std::optional<answer>& out) -> net::awaitable<void> {
        const std::string body = "{" + std::string{login} + R"(,"path":"p"})";
        out = co_await served.serve({.to = to, .body_limit = 1}, wiped_octets(body.begin(), body.end()));
    };
    net::asio::co_spawn(net::asio::make_strand(here), work(served_, to_delete, result), [](std::exception_ptr) {});
    while (!result && (here.poll() + elsewhere.poll()) != 0) {
        here.restart();
        elsewhere.restart();
    }
    servers.strand.reset();
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, 200U);
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(serving, what_only_looks_is_tried_again_when_a_kept_connection_was_dead) {
    int calls = 0;
    servers.script = [&](const sftp_request&) {
        return calls++ == 0 ? testing::sftp_reply{} : testing::attrs(testing::attributes(1, 0100644, 0));
    };
    servers.reused = 1;
    EXPECT_EQ(ask("stat", R"("path":"p")").status, 200U);
    EXPECT_EQ(servers.targets.size(), 2U);
    EXPECT_EQ(servers.targets[1].who.password->view(), "p");
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(serving, a_lost_connection_is_an_error_when_it_was_new_or_lost_again) {
    servers.script = [](const sftp_request&) { return testing::sftp_reply{}; };
    EXPECT_EQ(ask("stat", R"("path":"p")").code, "connection_lost");
    EXPECT_EQ(servers.targets.size(), 1U);
    servers.reused = 2;
    EXPECT_EQ(ask("stat", R"("path":"p")").code, "connection_lost");
    EXPECT_EQ(servers.targets.size(), 3U);
}

TEST_F(serving, changes_are_never_sent_twice) {
    for (const auto* const operation : {"delete", "mkdir", "rmdir", "upload", "setstat", "symlink", "rename"}) {
        servers.script = [](const sftp_request&) { return testing::sftp_reply{}; };
        servers.reused = 1;
        servers.targets.clear();
        const auto result = ask(
            operation, R"("path":"p","content":"","mode":0,"target":"t","oldPath":"o","newPath":"n","overwrite":true)");
        EXPECT_EQ(result.code, "connection_lost") << operation;
        EXPECT_EQ(servers.targets.size(), 1U) << operation;
    }
}

TEST_F(serving, connect_identifies_without_a_login) {
    const auto result = post("connect", R"({"host":"H","port":2222,"username":"x","password":"y"})");
    EXPECT_EQ(result.body,
              R"({"success":true,"host":"H","port":2222,"banner":"SSH-2.0-Test_1 extra","sshVersion":"2.0",)"
              R"("software":"Test_1 extra","sftpAvailable":true,)"
              R"("note":"An SSH server answers. Whether it offers SFTP to a user shows only after login."})");
    EXPECT_TRUE(servers.targets.empty());
    EXPECT_EQ(servers.examined, 0);
}

TEST_F(serving, connect_takes_its_fields_from_a_query) {
    const auto* const route = find_route("/api/sftp/connect");
    EXPECT_EQ(run({.to = route, .query = "host=h&port=2222"}, "").host, "h:2222");
    EXPECT_EQ(run({.to = route, .query = "host=h"}, "").host, "h:22");
    for (const auto* const query :
         {"", "port=22", "host=", "host=h&port=x", "host=h&host=h", "host", "host=h&port=22.0"}) {
        const auto result = run({.to = route, .query = query}, "");
        EXPECT_EQ(result.status, 400U) << query;
        EXPECT_EQ(result.code, "bad_request");
    }
}

TEST_F(serving, connect_with_an_expected_key_goes_as_far_as_the_key) {
    constexpr auto body = R"({"host":"h","hostKey":"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"})";
    servers.found.steps = {{.name = "dns"}, {.name = "host key", .findings = {{"fingerprint", "SHA256:x"}}}};
    const auto result = post("connect", body);
    EXPECT_EQ(result.status, 200U);
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:x");
    EXPECT_EQ(servers.examined, 1);
    EXPECT_FALSE(servers.examined_with_credentials);
    EXPECT_TRUE(servers.examined_for.has_value());
    servers.found.steps.back().failure = base::error{net::errc::host_key_mismatch, base::phase::hostkey, "differs"};
    const auto refused = post("connect", body);
    EXPECT_EQ(refused.code, "host_key_mismatch");
    EXPECT_EQ(header(refused, "Gangway-Host-Key"), "SHA256:x");
}

TEST_F(serving, connect_is_bounded_too) {
    servers.hangs_in = base::phase::ssh;
    EXPECT_EQ(post("connect", R"({"host":"h","timeoutMs":1})").code, "timeout");
}

TEST_F(serving, probe_tells_each_step) {
    servers.found.steps = {
        {.name = "dns", .duration = std::chrono::microseconds{1500}, .findings = {{"addresses", "192.0.2.1"}}},
        {.name = "host key", .findings = {{"fingerprint", "SHA256:x"}}, .advice = "Compare it."},
        {.name = "login", .failure = base::error{net::errc::auth_failed, base::phase::auth, "refused"}}};
    const auto result = ask("probe", "");
    EXPECT_EQ(
        result.body,
        R"({"success":true,"host":"h.example","port":22,"healthy":false,"steps":[)"
        R"({"name":"dns","ok":true,"durationUs":1500,"findings":[{"name":"addresses","value":"192.0.2.1"}]},)"
        R"({"name":"host key","ok":true,"durationUs":0,"findings":[{"name":"fingerprint","value":"SHA256:x"}],"advice":"Compare it."},)"
        R"({"name":"login","ok":false,"durationUs":0,"findings":[],"error":"refused","code":"auth_failed","phase":"auth"}]})");
    EXPECT_EQ(header(result, "Gangway-Host-Key"), "SHA256:x");
    EXPECT_TRUE(servers.examined_with_credentials);
}

TEST_F(serving, probe_needs_no_credentials_but_no_half_of_them) {
    EXPECT_EQ(post("probe", R"({"host":"h"})").status, 200U);
    EXPECT_FALSE(servers.examined_with_credentials);
    EXPECT_EQ(post("probe", R"({"host":"h","password":"p"})").status, 400U);
}

TEST_F(serving, answer_to_an_allowed_origin_says_so) {
    const auto result = run({.to = find_route("/healthz"), .query = "", .origin = "https://console.example"}, "");
    EXPECT_EQ(header(result, "Access-Control-Allow-Origin"), "https://console.example");
    EXPECT_EQ(header(result, "Access-Control-Expose-Headers"), "Gangway-Host-Key, Retry-After");
}

}  // namespace
}  // namespace gangway::api
