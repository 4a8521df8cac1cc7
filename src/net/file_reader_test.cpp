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

constexpr std::size_t kib = 1024;

/// Octets that tell their place.
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
    std::string octets{};
    std::optional<base::error> failure{};
    sftp::attributes attributes{};
};

awaitable<void> read_all(sftp_client& client, model::remote_path file, read_range range, outcome& into) {
    const auto reader = co_await file_reader::open(client, std::move(file), range);
    if (!reader) {
        into.failure = reader.error();
        co_return;
    }
    into.attributes = (*reader)->attributes();
    for (;;) {
        const auto piece = co_await (*reader)->read();
        if (!piece) {
            into.failure = piece.error();
            co_return;
        }
        if (piece->empty()) break;
        into.octets.append(*piece);
    }
    const auto again = co_await (*reader)->read();
    EXPECT_TRUE(again && again->empty());
}

class file_reader_test : public ::testing::Test {
  protected:
    /// Runs `work` with a client of `server`, to the end.
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
    outcome read(std::string name, read_range range = {}) {
        outcome result;
        with_client([&](sftp_client& client) { return read_all(client, path(name), range, result); });
        return result;
    }

    memory_server server;
};

TEST_F(file_reader_test, small_file_takes_one_read_and_is_closed) {
    server.files["/a"].content = "hello";
    const auto result = read("/a");
    EXPECT_EQ(result.octets, "hello");
    EXPECT_EQ(result.attributes.size, 5U);
    EXPECT_EQ(server.log, (std::vector<std::string>{"OPEN /a 1", "STAT /a", "FSTAT /a", "READ 0 32768", "CLOSE /a"}));
}

TEST_F(file_reader_test, big_file_arrives_in_order_in_chunks_of_32_kib) {
    server.files["/a"].content = pattern(1000 * kib + 17);
    EXPECT_EQ(read("/a").octets, server.files["/a"].content);
    EXPECT_EQ(server.count("READ "), 33U);  // 32 of them in the file, one that meets its end
}

TEST_F(file_reader_test, first_read_is_as_long_as_the_server_allows) {
    server.extensions = {{"limits@openssh.com", "1"}};
    server.largest_transfer = 255 * kib;
    server.files["/a"].content = pattern(200 * kib);
    EXPECT_EQ(read("/a").octets, server.files["/a"].content);
    EXPECT_EQ(server.count("READ 0 261120"), 1U) << "a file of that size takes one";
}

TEST_F(file_reader_test, no_read_is_longer_than_the_server_allows) {
    server.extensions = {{"limits@openssh.com", "1"}};
    server.largest_transfer = 8 * kib;
    server.files["/a"].content = pattern(400 * kib);
    EXPECT_EQ(read("/a").octets, server.files["/a"].content);
    EXPECT_EQ(server.count("READ "), 51U);
}

TEST_F(file_reader_test, file_that_is_another_when_it_is_open_is_read_as_it_is) {
    const auto content = pattern(300 * kib);
    server.files["/a"].content = content;
    for (const std::uint64_t by_name : {100 * kib, 400 * kib, 1000 * 1000 * kib}) {
        server.instead = [=](const wire_request& request) -> std::optional<std::string> {
            if (request.type != wire::stat) return std::nullopt;
            return wire::attrs(request.id, by_name, 0100644);
        };
        EXPECT_EQ(read("/a").octets, content);
    }
}

TEST_F(file_reader_test, answers_in_any_order_give_the_same_octets) {
    server.answers_backwards = true;
    server.files["/a"].content = pattern(3000 * kib);
    EXPECT_EQ(read("/a").octets, server.files["/a"].content);
}

TEST_F(file_reader_test, short_answers_are_completed) {
    server.files["/a"].content = pattern(100 * kib);
    server.instead = [&](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::read) return std::nullopt;
        base::byte_reader in{request.rest};
        in.string();
        const auto offset = in.u64();
        const auto length = std::min<std::uint32_t>(in.u32(), 1000);
        const auto& content = server.files["/a"].content;
        if (offset >= content.size()) return wire::status(request.id, 1);
        return wire::data(request.id, std::string_view{content}.substr(offset, length));
    };
    EXPECT_EQ(read("/a").octets, server.files["/a"].content);
}

TEST_F(file_reader_test, empty_file_and_file_without_size_are_read_to_their_end) {
    server.files["/empty"];
    EXPECT_EQ(read("/empty").octets, "");
    server.files["/proc"].content = pattern(200 * kib);
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::attrs(request.id, 0, 0100444);
    };
    EXPECT_EQ(read("/proc").octets, server.files["/proc"].content);
}

TEST_F(file_reader_test, server_that_cannot_tell_attributes_is_read_to_the_end) {
    server.files["/a"].content = pattern(200 * kib);
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::status(request.id, 8, "no");
    };
    const auto result = read("/a");
    EXPECT_EQ(result.octets, server.files["/a"].content);
    EXPECT_FALSE(result.attributes.size);
}

TEST_F(file_reader_test, octets_added_after_opening_are_not_read) {
    server.files["/a"].content = pattern(100 * kib);
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::attrs(request.id, 70 * kib, 0100644);
    };
    EXPECT_EQ(read("/a").octets, pattern(100 * kib).substr(0, 70 * kib));
}

TEST_F(file_reader_test, file_that_became_shorter_is_an_error_after_its_octets) {
    server.files["/a"].content = pattern(100 * kib);
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::fstat) return std::nullopt;
        return wire::attrs(request.id, 100 * kib + 1, 0100644);
    };
    const auto result = read("/a");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, errc::remote_changed);
    EXPECT_EQ(result.octets, server.files["/a"].content);
}

TEST_F(file_reader_test, range_yields_exactly_its_octets) {
    const auto content = pattern(300 * kib);
    server.files["/a"].content = content;
    EXPECT_EQ(read("/a", {.offset = 100 * kib, .length = 1}).octets, content.substr(100 * kib, 1));
    EXPECT_EQ(read("/a", {.offset = 5, .length = 100 * kib}).octets, content.substr(5, 100 * kib));
    EXPECT_EQ(read("/a", {.offset = 299 * kib, .length = 100 * kib}).octets, content.substr(299 * kib));
    EXPECT_EQ(read("/a", {.offset = 300 * kib}).octets, "");
    EXPECT_EQ(read("/a", {.offset = 1'000'000'000}).octets, "");
    server.log.clear();
    EXPECT_EQ(read("/a", {.offset = 7, .length = 0}).octets, "");
    EXPECT_EQ(server.count("READ"), 0U);
}

TEST_F(file_reader_test, range_of_an_endless_device_ends) {
    server.files["/dev/zero"].mode = 020666;
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::read) return std::nullopt;
        base::byte_reader in{request.rest};
        in.string();
        in.u64();
        return wire::data(request.id, std::string(in.u32(), 'z'));
    };
    EXPECT_EQ(read("/dev/zero", {.length = 100'000}).octets, std::string(100'000, 'z'));
}

TEST_F(file_reader_test, failed_read_ends_the_stream_at_its_place) {
    server.files["/a"].content = pattern(500 * kib);
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::read) return std::nullopt;
        base::byte_reader in{request.rest};
        in.string();
        if (in.u64() != 320 * kib) return std::nullopt;
        return wire::status(request.id, 4, "I/O error");
    };
    const auto result = read("/a");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::failure);
    EXPECT_EQ(result.failure->message, "READ failed: FAILURE — I/O error");
    EXPECT_EQ(result.octets, pattern(500 * kib).substr(0, 320 * kib));
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_reader_test, missing_file_says_so) {
    const auto result = read("/none");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::no_such_file);
    EXPECT_EQ(result.failure->message, "OPEN failed: NO_SUCH_FILE — No such file");
}

TEST_F(file_reader_test, folder_that_cannot_be_opened_is_recognised) {
    server.folders.insert("/d");
    const auto result = read("/d");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::is_a_directory);
}

TEST_F(file_reader_test, folder_that_opens_but_cannot_be_read_is_recognised) {
    server.files["/d"].mode = 040755;
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::read) return std::nullopt;
        return wire::status(request.id, 4, "Failure");
    };
    const auto result = read("/d");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, sftp::errc::is_a_directory);
    EXPECT_TRUE(result.failure->message.starts_with("READ failed: FAILURE — Failure"));
}

awaitable<void> open_and_wait(sftp_client& client, memory_server& server) {
    const auto reader = co_await file_reader::open(client, path("/a"), {.most_ahead = 128 * kib});
    EXPECT_TRUE(reader);
    std::ignore = co_await (*reader)->read();
    for (int i = 0; i < 10; ++i)
        co_await asio::post(client.executor(), asio::use_awaitable);
    // One chunk is with the caller, and nobody takes more.
    EXPECT_EQ(server.count("READ "), 1 + 4U);
}

TEST_F(file_reader_test, nobody_reading_means_no_more_than_one_window_in_flight) {
    server.files["/a"].content = pattern(20 * kib * kib);
    with_client([&](sftp_client& client) { return open_and_wait(client, server); });
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

awaitable<void> open_and_drop(sftp_client& client) {
    const auto reader = co_await file_reader::open(client, path("/a"));
    EXPECT_TRUE(reader);
}

TEST_F(file_reader_test, reader_dropped_in_the_middle_closes_the_handle) {
    server.files["/a"].content = pattern(1000 * kib);
    with_client(open_and_drop);
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

TEST_F(file_reader_test, cancelled_between_the_answers_to_open_and_stat_closes_the_handle) {
    server.files["/a"].content = "hello";
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::stat) return std::nullopt;
        return "";
    };
    with_client([](sftp_client& client) -> awaitable<void> {
        asio::cancellation_signal cancel;
        asio::co_spawn(
            client.executor(), open_and_drop(client),
            asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr thrown) { EXPECT_TRUE(thrown); }));
        for (int i = 0; i < 10; ++i)
            co_await asio::post(client.executor(), asio::use_awaitable);
        cancel.emit(asio::cancellation_type::terminal);
        for (int i = 0; i < 10; ++i)
            co_await asio::post(client.executor(), asio::use_awaitable);
    });
    EXPECT_EQ(server.log.back(), "CLOSE /a");
}

}  // namespace
}  // namespace gangway::net
