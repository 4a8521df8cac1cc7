#include "testing/renaming_server.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_checksum.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using crypto::digest_algorithm;
using testing::renaming_server;
namespace wire = testing::wire;

struct checksums : ::testing::Test {
    renaming_server server{};

    checksums() { server.files["/a"].content = "content"; }
    void offer_check_file(std::string answer_algorithm, std::string hash) {
        server.extensions = {{"check-file", ""}};
        server.extension = [=](std::uint32_t id, const std::string& name,
                               base::byte_reader& in) -> std::optional<std::string> {
            if (name != "check-file-name") return std::nullopt;
            EXPECT_EQ(in.string(), "/a");
            EXPECT_EQ(in.string(), "sha256");
            EXPECT_EQ(in.u64(), 0U);
            EXPECT_EQ(in.u64(), 0U);
            EXPECT_EQ(in.u32(), 0U);
            std::string body;
            base::byte_writer out{body};
            out.u8(201);
            out.u32(id);
            out.string(answer_algorithm);
            out.raw(hash);
            return body;
        };
    }
    base::result<file_checksum> of(std::string path, digest_algorithm algorithm = digest_algorithm::sha256) {
        return testing::with_client<base::result<file_checksum>>(server, [&](sftp_client& client) {
            return checksum(client, model::remote_path::parse(path).value(), algorithm);
        });
    }
    void expect_read(const base::result<file_checksum>& found) const {
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_FALSE(found->by_server);
        EXPECT_EQ(found->digest, crypto::sha256(server.files.at("/a").content));
        EXPECT_EQ(found->size, server.files.at("/a").content.size());
    }
};

TEST_F(checksums, without_check_file_the_file_is_read) {
    server.files["/a"].content = std::string(200'000, 'x') + "end";
    expect_read(of("/a"));
}

TEST_F(checksums, the_algorithm_decides) {
    // RFC 1321 appendix A.5
    server.files["/a"].content = "abc";
    const auto found = of("/a", digest_algorithm::md5);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->digest, "\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72");
}

TEST_F(checksums, with_check_file_the_server_computes) {
    offer_check_file("sha256", std::string(32, 'h'));
    const auto found = of("/a");
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->by_server);
    EXPECT_EQ(found->digest, std::string(32, 'h'));
    EXPECT_EQ(found->size, 7U);
    EXPECT_EQ(server.count("OPEN"), 0U);
}

TEST_F(checksums, another_algorithm_or_length_is_not_believed) {
    offer_check_file("md5", std::string(32, 'h'));
    expect_read(of("/a"));
    offer_check_file("sha256", std::string(64, 'h'));
    expect_read(of("/a"));
    offer_check_file("sha256", "");
    expect_read(of("/a"));
}

TEST_F(checksums, a_server_that_refuses_is_made_up_for) {
    server.extensions = {{"check-file", ""}};
    server.extension = [](std::uint32_t id, const std::string&, base::byte_reader&) {
        return std::optional{wire::status(id, 8, "unknown hash")};
    };
    expect_read(of("/a"));
}

TEST_F(checksums, a_file_that_would_take_a_server_long_is_read) {
    offer_check_file("sha256", std::string(32, 'h'));
    server.before = [](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::stat) return std::nullopt;
        return wire::attrs(request.id, (2UL << 30) + 1, 0100644);
    };
    expect_read(of("/a"));
}

TEST_F(checksums, a_folder_and_a_missing_file_are_errors) {
    server.folders = {"/d"};
    const auto folder = of("/d");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, sftp::errc::is_a_directory);
    const auto missing = of("/none");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, sftp::errc::no_such_file);
}

}  // namespace
}  // namespace gangway::net
