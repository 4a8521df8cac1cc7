#include "memory_server.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <functional>

namespace gangway::net {
namespace {

using testing::memory_channel;
using testing::memory_server;
using testing::wire_request;
namespace wire = testing::wire;
using enum writer_options::existing;

constexpr std::size_t kib = 1024;

std::string pattern(std::size_t size) {
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        octets[i] = static_cast<char>((i * 31 + i / 251) & 0xFF);
    return octets;
}

model::remote_path path(std::string octets) {
    return model::remote_path::parse(std::move(octets)).value();
}

struct outcome {
    std::uint64_t written = 0;
    std::uint64_t acknowledged = 0;
    std::optional<base::error> failure{};
};

/// Writes `content` in pieces of `piece` octets.
awaitable<void> write_all(sftp_client& client, model::remote_path file, std::string_view content, std::size_t piece,
                          writer_options options, outcome& into) {
    const auto writer = co_await file_writer::open(client, std::move(file), options);
    if (!writer) {
        into.failure = writer.error();
        co_return;
    }
    for (; !content.empty(); content.remove_prefix(std::min(piece, content.size()))) {
        const std::string own{content.substr(0, piece)};  // gone after the call: whatever is kept must be a copy
        const auto taken = co_await (*writer)->write(own);
        if (!taken) {
            into.failure = taken.error();
            std::ignore = co_await (*writer)->abandon();
            into.acknowledged = (*writer)->acknowledged();
            co_return;
        }
    }
    const auto finished = co_await (*writer)->finish();
    into.acknowledged = (*writer)->acknowledged();
    if (finished)
        into.written = *finished;
    else
        into.failure = finished.error();
}

class file_writer_test : public ::testing::Test {
  protected:
    void with_client(std::function<awaitable<void>(sftp_client&)> work) {
        asio::io_context io;
        asio::co_spawn(io, run(io, std::move(work)), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        io.run();
    }
    awaitable<void> run(asio::io_context& io, std::function<awaitable<void>(sftp_client&)> work) {
        auto client = co_await sftp_client::start(std::make_unique<memory_channel>(io.get_executor(), server),
                                                  std::chrono::hours{1});
        EXPECT_TRUE(client);
        if (!client) co_return;
        co_await work(**client);
        co_await asio::post(io, asio::use_awaitable);  // what was sent and forgotten goes out
    }
    outcome write(std::string name, std::string_view content, writer_options options = {},
                  std::size_t piece = 1 << 30) {
        outcome result;
        with_client(
            [&](sftp_client& client) { return write_all(client, path(name), content, piece, options, result); });
        return result;
    }
    /// Answers the nth request of a kind with a status.
    void fail(std::uint8_t type, int nth, std::uint32_t code) {
        server.instead = [type, left = nth, code](const wire_request& request) mutable -> std::optional<std::string> {
            if (request.type != type || --left != 0) return std::nullopt;
            return wire::status(request.id, code, "no");
        };
    }

    memory_server server;
};

TEST_F(file_writer_test, content_arrives_and_is_confirmed_before_success) {
    const auto result = write("/a", "hello");
    EXPECT_FALSE(result.failure);
    EXPECT_EQ(result.written, 5U);
    EXPECT_EQ(result.acknowledged, 5U);
    EXPECT_EQ(server.files["/a"].content, "hello");
    EXPECT_EQ(server.log, (std::vector<std::string>{"OPEN /a 26", "WRITE 0 5", "FSTAT /a", "CLOSE /a"}));
}

TEST_F(file_writer_test, empty_file_is_written) {
    server.files["/a"].content = "old";
    EXPECT_FALSE(write("/a", "").failure);
    EXPECT_EQ(server.files["/a"].content, "");
}

TEST_F(file_writer_test, big_content_goes_in_chunks_and_any_pieces) {
    const auto content = pattern(9000 * kib + 5);
    for (const std::size_t piece : {std::size_t{1} << 30, 64 * kib, std::size_t{50'001}}) {
        server.files.clear();
        const auto result = write("/a", content, {}, piece);
        EXPECT_EQ(result.written, content.size());
        EXPECT_EQ(server.files["/a"].content, content);
    }
}

TEST_F(file_writer_test, chunks_grow_to_what_the_server_allows) {
    server.extensions = {{"limits@openssh.com", "1"}};
    server.largest_transfer = 255 * kib;
    const auto content = pattern(1000 * kib);
    EXPECT_FALSE(write("/a", content).failure);
    EXPECT_EQ(server.files["/a"].content, content);
    EXPECT_EQ(server.count("WRITE"), 4U);
}

TEST_F(file_writer_test, acknowledgements_may_come_in_any_order) {
    server.answers_backwards = true;
    const auto content = pattern(5000 * kib);
    EXPECT_FALSE(write("/a", content).failure);
    EXPECT_EQ(server.files["/a"].content, content);
}

awaitable<void> write_into_silence(sftp_client& client, memory_server& server, bool& ended) {
    const auto writer = co_await file_writer::open(client, path("/a"));
    EXPECT_TRUE(writer);
    server.silent = true;
    const std::string content(65 * kib * kib, 'x');
    std::ignore = co_await (*writer)->write(content);
    ended = true;
}

TEST_F(file_writer_test, no_more_than_64_mebibytes_wait_for_acknowledgement) {
    bool ended = false;
    asio::io_context io;
    asio::cancellation_signal cancel;
    asio::co_spawn(io, run(io, [&](sftp_client& client) { return write_into_silence(client, server, ended); }),
                   asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
    io.poll();
    EXPECT_FALSE(ended);
    EXPECT_EQ(server.count("WRITE"), 2048U);  // of 32 KiB
    cancel.emit(asio::cancellation_type::terminal);
    io.poll();
}

TEST_F(file_writer_test, one_refused_write_among_many_fails_the_file) {
    fail(wire::write, 5, 4);
    const auto result = write("/a", pattern(2000 * kib));
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "WRITE failed: FAILURE — no");
    EXPECT_EQ(result.acknowledged, 128 * kib);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_writer_test, refused_write_stops_a_long_transfer_early) {
    fail(wire::write, 1, 14);
    const auto result = write("/a", pattern(20'000 * kib), {}, 32 * kib);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::no_space);
    EXPECT_LE(server.count("WRITE"), 256U);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_writer_test, refused_close_fails_the_file) {
    fail(wire::close, 1, 4);
    const auto result = write("/a", "hello");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "CLOSE failed: FAILURE — no");
}

TEST_F(file_writer_test, size_that_is_not_what_was_written_fails_the_file) {
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::attrs(request.id, 4, 0100644);
    };
    const auto result = write("/a", "hello");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, errc::incomplete_write);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_writer_test, stat_is_asked_where_fstat_is_not_offered) {
    fail(wire::fstat, 1, 8);
    EXPECT_FALSE(write("/a", "hello").failure);
    EXPECT_EQ(server.count("STAT /a"), 1U);
}

TEST_F(file_writer_test, server_that_tells_no_size_is_believed) {
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat && request.type != wire::stat) return std::nullopt;
        return wire::status(request.id, 3, "no");
    };
    EXPECT_FALSE(write("/a", "hello").failure);
}

TEST_F(file_writer_test, append_begins_at_the_end) {
    server.files["/a"].content = "old ";
    const auto result = write("/a", "new", {.when_there = append});
    EXPECT_EQ(result.written, 3U);
    EXPECT_EQ(server.files["/a"].content, "old new");
    EXPECT_EQ(server.count("OPEN /a 14"), 1U);
    EXPECT_EQ(server.count("WRITE 4 3"), 1U);
}

TEST_F(file_writer_test, append_to_a_file_that_others_extend_is_no_error) {
    server.files["/a"].content = "old ";
    server.instead = [seen = 0](const wire_request& request) mutable -> std::optional<std::string> {
        if (request.type != wire::fstat || ++seen == 1) return std::nullopt;
        return wire::attrs(request.id, 100, 0100644);
    };
    EXPECT_FALSE(write("/a", "new", {.when_there = append}).failure);
}

TEST_F(file_writer_test, append_without_a_known_size_writes_nothing) {
    server.files["/a"].content = "old";
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat && request.type != wire::stat) return std::nullopt;
        return wire::status(request.id, 8, "no");
    };
    const auto result = write("/a", "new", {.when_there = append});
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::op_unsupported);
    EXPECT_EQ(server.count("WRITE"), 0U);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_writer_test, existing_file_is_refused_before_open_is_sent) {
    server.files["/a"].content = "old";
    const auto result = write("/a", "new", {.when_there = refuse});
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::already_exists);
    EXPECT_EQ(server.count("OPEN"), 0U);
    EXPECT_EQ(server.files["/a"].content, "old");
}

TEST_F(file_writer_test, file_that_appears_at_the_last_moment_is_refused_by_excl) {
    server.files["/a"].content = "old";
    fail(wire::lstat, 1, 2);
    const auto result = write("/a", "new", {.when_there = refuse});
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::already_exists);
    EXPECT_EQ(server.count("OPEN /a 42"), 1U);
    EXPECT_EQ(server.files["/a"].content, "old");
}

TEST_F(file_writer_test, mode_is_set_also_when_the_file_exists) {
    server.files["/a"] = {.content = "old", .mode = 0100600};
    EXPECT_FALSE(write("/a", "new", {.mode = 0640}).failure);
    EXPECT_EQ(server.files["/a"].mode, 0100640U);
}

TEST_F(file_writer_test, mode_is_set_by_name_where_fsetstat_is_not_offered) {
    fail(wire::fsetstat, 1, 8);
    EXPECT_FALSE(write("/a", "new", {.mode = 0640}).failure);
    EXPECT_EQ(server.count("SETSTAT /a"), 1U);
    EXPECT_EQ(server.files["/a"].mode, 0100640U);
}

TEST_F(file_writer_test, mode_that_cannot_be_set_fails_the_file) {
    fail(wire::fsetstat, 1, 3);
    const auto result = write("/a", "new", {.mode = 0640});
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::permission_denied);
}

TEST_F(file_writer_test, sync_is_asked_only_where_offered) {
    EXPECT_FALSE(write("/a", "x", {.sync = true}).failure);
    EXPECT_EQ(server.count("EXTENDED fsync@openssh.com"), 0U);
    server.extensions = {{"fsync@openssh.com", "1"}};
    EXPECT_FALSE(write("/a", "x", {.sync = true}).failure);
    EXPECT_EQ(server.count("EXTENDED fsync@openssh.com"), 1U);
    server.log.clear();
    EXPECT_FALSE(write("/a", "x").failure);
    EXPECT_EQ(server.count("EXTENDED fsync@openssh.com"), 0U);
}

TEST_F(file_writer_test, refused_sync_fails_the_file) {
    server.extensions = {{"fsync@openssh.com", "1"}};
    fail(200, 1, 4);
    EXPECT_TRUE(write("/a", "x", {.sync = true}).failure);
}

TEST_F(file_writer_test, folder_is_recognised) {
    server.folders.insert("/d");
    const auto result = write("/d", "x");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::is_a_directory);
    EXPECT_TRUE(result.failure->message.starts_with("OPEN failed: FAILURE — Failure"));
}

awaitable<void> open_and_drop(sftp_client& client) {
    const auto writer = co_await file_writer::open(client, path("/a"));
    EXPECT_TRUE(writer);
}

TEST_F(file_writer_test, writer_dropped_in_the_middle_closes_the_handle) {
    with_client(open_and_drop);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

}  // namespace
}  // namespace gangway::net
