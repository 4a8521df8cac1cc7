#include "testing/renaming_server.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_copy.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::renaming_server;
namespace wire = testing::wire;

model::remote_path path(std::string octets) {
    return model::remote_path::parse(std::move(octets)).value();
}

struct file_copy : ::testing::Test {
    renaming_server server{};

    file_copy() {
        server.files["/a"] = {.content = "content", .mode = 0100640};
        server.extensions = {{"posix-rename@openssh.com", "1"}};
    }
    void offer_copy_data() { server.extensions.emplace_back("copy-data", "1"); }
    base::result<copy_outcome> copy(std::string from, std::string to, bool overwrite = false) {
        return testing::with_client<base::result<copy_outcome>>(
            server, [&](sftp_client& client) { return copy_file(client, path(from), path(to), overwrite); });
    }
    void expect_copied(const base::result<copy_outcome>& done, std::string_view to, std::string_view content) {
        ASSERT_TRUE(done) << done.error().message;
        EXPECT_EQ(done->octets, content.size());
        EXPECT_EQ(server.files[std::string{to}].content, content);
        EXPECT_EQ(server.temporaries(), 0U);
    }
};

TEST_F(file_copy, without_copy_data_the_octets_are_streamed) {
    const auto done = copy("/a", "/b");
    expect_copied(done, "/b", "content");
    EXPECT_FALSE(done->by_server);
    EXPECT_EQ(server.files["/b"].mode & 0777, 0640U);
    EXPECT_EQ(server.count("WRITE"), 1U);
}

TEST_F(file_copy, with_copy_data_no_octet_crosses) {
    offer_copy_data();
    const auto done = copy("/a", "/b");
    expect_copied(done, "/b", "content");
    EXPECT_TRUE(done->by_server);
    EXPECT_EQ(server.files["/b"].mode & 0777, 0640U);
    EXPECT_EQ(server.count("WRITE") + server.count("READ"), 0U);
    EXPECT_EQ(server.count("CLOSE"), 2U);
}

TEST_F(file_copy, a_large_file_is_copied_in_pieces_that_a_session_can_wait_for) {
    offer_copy_data();
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces;
    server.before = [&](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::attrs(request.id, 150UL << 20, 0100644);
    };
    server.extension = [&](std::uint32_t id, const std::string& name, base::byte_reader& in) {
        if (name != "copy-data") return std::optional<std::string>{};
        in.string();
        const auto offset = in.u64();
        const auto length = in.u64();
        in.string();
        EXPECT_EQ(in.u64(), offset);
        pieces.emplace_back(offset, length);
        return std::optional{wire::status(id, 0)};
    };
    const auto done = copy("/a", "/b");
    ASSERT_TRUE(done);
    EXPECT_EQ(done->octets, 150UL << 20);
    EXPECT_EQ(pieces, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                          {0, 64UL << 20}, {64UL << 20, 64UL << 20}, {128UL << 20, 22UL << 20}}));
}

TEST_F(file_copy, a_copy_data_that_fails_is_made_up_for_by_streaming) {
    offer_copy_data();
    server.extension = [](std::uint32_t id, const std::string& name, base::byte_reader&) {
        return name == "copy-data" ? std::optional{wire::status(id, 4, "no")} : std::nullopt;
    };
    const auto done = copy("/a", "/b");
    expect_copied(done, "/b", "content");
    EXPECT_FALSE(done->by_server);
}

TEST_F(file_copy, a_copy_data_that_only_says_ok_is_made_up_for_by_streaming) {
    offer_copy_data();
    server.extension = [](std::uint32_t id, const std::string& name, base::byte_reader&) {
        return name == "copy-data" ? std::optional{wire::status(id, 0)} : std::nullopt;
    };
    const auto done = copy("/a", "/b");
    expect_copied(done, "/b", "content");
    EXPECT_FALSE(done->by_server);
}

TEST_F(file_copy, a_refusal_that_streaming_would_meet_too_is_the_error) {
    offer_copy_data();
    server.extension = [](std::uint32_t id, const std::string& name, base::byte_reader&) {
        return name == "copy-data" ? std::optional{wire::status(id, 3, "no")} : std::nullopt;
    };
    const auto done = copy("/a", "/b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::permission_denied);
    EXPECT_EQ(server.temporaries(), 0U);
    EXPECT_EQ(server.count("WRITE"), 0U);
}

TEST_F(file_copy, an_empty_file_is_copied) {
    offer_copy_data();
    server.files["/a"].content.clear();
    expect_copied(copy("/a", "/b"), "/b", "");
    EXPECT_TRUE(server.files.contains("/b"));
}

TEST_F(file_copy, a_close_that_fails_after_copy_data_fails_the_copy) {
    offer_copy_data();
    server.before = [](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::close || request.rest.find(".gangway-") == std::string::npos) return std::nullopt;
        return wire::status(request.id, 3, "quota");
    };
    const auto done = copy("/a", "/b");
    ASSERT_FALSE(done);
    EXPECT_FALSE(server.files.contains("/b"));
}

TEST_F(file_copy, a_target_that_exists_is_kept_without_overwrite) {
    server.files["/b"].content = "old";
    const auto done = copy("/a", "/b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::already_exists);
    EXPECT_EQ(server.files["/b"].content, "old");
    EXPECT_EQ(server.count("OPEN"), 0U);
}

TEST_F(file_copy, a_target_that_appears_meanwhile_is_kept_without_overwrite) {
    server.before = [&](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type == wire::write) server.files["/b"].content = "new";
        return std::nullopt;
    };
    const auto done = copy("/a", "/b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::already_exists);
    EXPECT_EQ(server.files["/b"].content, "new");
    EXPECT_EQ(server.temporaries(), 0U);
}

TEST_F(file_copy, overwrite_replaces_the_target_at_once) {
    server.files["/b"].content = "a longer old content";
    expect_copied(copy("/a", "/b", true), "/b", "content");
}

TEST_F(file_copy, folders_are_refused_as_source_and_as_target) {
    server.folders = {"/d"};
    for (const auto& [from, to] : {std::pair{"/d", "/b"}, std::pair{"/a", "/d"}}) {
        const auto done = copy(from, to, true);
        ASSERT_FALSE(done) << from << to;
        EXPECT_EQ(done.error().code, sftp::errc::is_a_directory);
    }
    EXPECT_EQ(server.count("OPEN"), 0U);
}

TEST_F(file_copy, a_missing_source_is_an_error) {
    const auto done = copy("/none", "/b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::no_such_file);
}

TEST_F(file_copy, a_failed_write_leaves_nothing_behind) {
    server.before = [](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type == wire::write) return wire::status(request.id, 4, "full");
        return std::nullopt;
    };
    const auto done = copy("/a", "/b");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "WRITE failed: FAILURE — full");
    EXPECT_EQ(server.temporaries(), 0U);
    EXPECT_FALSE(server.files.contains("/b"));
}

TEST_F(file_copy, cancelled_it_removes_the_temporary_file) {
    asio::io_context context{1};
    asio::cancellation_signal stop;
    server.before = [&](const testing::wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::write) return std::nullopt;
        asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
        return "";  // never answered
    };
    const auto holder = [](asio::io_context& io, renaming_server& far,
                           asio::cancellation_signal& signal) -> awaitable<void> {
        const auto client = co_await sftp_client::start(
            std::make_unique<testing::memory_channel>(io.get_executor(), far), std::chrono::hours{1});
        const auto copying = [](sftp_client& own) -> awaitable<void> {
            std::ignore = co_await copy_file(own, path("/a"), path("/b"), false);
        };
        bool threw = false;
        try {
            co_await asio::co_spawn(io, copying(**client),
                                    asio::bind_cancellation_slot(signal.slot(), asio::use_awaitable));
        } catch (const boost::system::system_error&) {
            threw = true;
        }
        EXPECT_TRUE(threw);
        co_await asio::post(io, asio::use_awaitable);  // what is sent and forgotten leaves
    };
    asio::co_spawn(context, holder(context, server, stop), [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    context.run();
    EXPECT_EQ(server.temporaries(), 0U);
    EXPECT_EQ(server.log.back().substr(0, 7), "TYPE_13");
}

}  // namespace
}  // namespace gangway::net
