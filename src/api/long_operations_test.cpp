#include "testing/serving.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace gangway::api {
namespace {

using testing::serving;
using testing::sftp_reply;
using testing::sftp_request;
using testing::status;

/// A folder "d" with "a" and "b" in it, and a file "f" of the octets "abc".
struct long_operations : serving {
    std::map<std::string, std::uint32_t> refused{};
    bool listed = false;

    long_operations() {
        servers.script = [this](const sftp_request& request) { return reply(request); };
    }
    std::optional<sftp_reply> reply(const sftp_request& request) {
        const auto path = request.text();
        if (const auto found = refused.find(path); found != refused.end()) return status(found->second, "no");
        switch (request.type) {
            case 3:
                return testing::handle();
            case 5:
                return request.rest[request.rest.size() - 5] == 0 ? testing::data("abc") : status(1);
            case 7:
            case 17:
                if (path == "d") return testing::attrs(testing::attributes(4096, 040755, 0));
                if (path == "f") return testing::attrs(testing::attributes(3, 0100644, 0));
                return status(2, "No such file");
            case 8:
                return testing::attrs(testing::attributes(3, 0100644, 0));
            case 11:
                listed = false;
                return testing::handle();
            case 12:
                if (std::exchange(listed, true)) return status(1);
                return testing::names(
                    {{"a", testing::attributes(1, 0100644, 0)}, {"b", testing::attributes(1, 0100644, 0)}});
            default:
                return status(0);
        }
    }
};

TEST_F(long_operations, remove_tells_what_went) {
    const auto result = ask("remove", R"("path":"d")");
    EXPECT_EQ(result.status, 200U);
    EXPECT_EQ(result.body,
              R"({"success":true,"path":"d","removed":{"files":2,"folders":1},"failed":[],"failedCount":0})");
}

TEST_F(long_operations, remove_that_leaves_something_is_an_error_that_lists_it) {
    refused["d/b"] = 3;
    const auto result = ask("remove", R"("path":"d")");
    EXPECT_EQ(result.status, 409U);
    EXPECT_EQ(result.code, "partly_removed");
    EXPECT_EQ(result.body,
              R"({"success":false,"error":"one entry could not be removed; \"failed\" lists why",)"
              R"("code":"partly_removed","phase":"sftp","path":"d","removed":{"files":1,"folders":0},)"
              R"("failed":[{"path":"d/b","error":"REMOVE failed: PERMISSION_DENIED — no","code":"permission_denied"}],)"
              R"("failedCount":1})");
}

TEST_F(long_operations, remove_of_nothing_is_an_error) {
    EXPECT_EQ(ask("remove", R"("path":"none")").code, "no_such_file");
}

TEST_F(long_operations, failures_show_their_exact_octets) {
    net::tree_removal removed{.failures = 2};
    removed.failed.push_back({"d/\xFF", {sftp::errc::failure, base::phase::sftp, "why"}});
    const auto value = boost::json::parse(removal_answer(model::remote_path::parse("d").value(), removed).body);
    EXPECT_EQ(value.at("failed").at(0).at("pathBase64"), "ZC//");
    EXPECT_EQ(value.at("failed").at(0).at("code"), "failure");
    EXPECT_EQ(value.at("failedCount"), 2);
    EXPECT_EQ(value.at("error"), "2 entries could not be removed; \"failed\" lists why");
}

TEST_F(long_operations, copy_answers_paths_size_and_method) {
    EXPECT_EQ(ask("copy", R"("path":"f","newPath":"g")").body,
              R"({"success":true,"path":"f","newPath":"g","size":3,"method":"streamed"})");
    EXPECT_EQ(ask("copy", R"("path":"f","newPath":"f")").code, "already_exists");
    EXPECT_EQ(ask("copy", R"("path":"d","newPath":"g")").code, "is_a_directory");
}

TEST_F(long_operations, checksum_answers_in_hexadecimal) {
    // FIPS 180-4's example
    EXPECT_EQ(ask("checksum", R"("path":"f")").body,
              R"({"success":true,"path":"f","algorithm":"sha256",)"
              R"("checksum":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",)"
              R"("size":3,"method":"streamed"})");
    const auto value = boost::json::parse(ask("checksum", R"("path":"f","algorithm":"md5")").body);
    EXPECT_EQ(value.at("checksum"), "900150983cd24fb0d6963f7d28e17f72");
}

TEST_F(long_operations, the_method_is_told) {
    const auto path = model::remote_path::parse("f").value();
    EXPECT_NE(copy_answer(path, path, {.octets = 1, .by_server = true}).find(R"("method":"copy-data")"),
              std::string::npos);
    EXPECT_NE(checksum_answer(path, crypto::digest_algorithm::sha1, {.digest = "x", .by_server = true})
                  .find(R"("method":"check-file")"),
              std::string::npos);
}

TEST_F(long_operations, they_may_take_longer_than_others) {
    refused["none"] = 2;
    for (const auto* const operation : {"remove", "copy", "checksum"}) {
        const auto result = ask(operation, R"("path":"none","newPath":"n","timeoutMs":86400000)");
        EXPECT_EQ(result.code, "no_such_file") << operation;
    }
    EXPECT_EQ(ask("stat", R"("path":"none","timeoutMs":86400000)").code, "bad_request");
}

}  // namespace
}  // namespace gangway::api
