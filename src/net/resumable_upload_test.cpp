#include "testing/renaming_server.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/resumable_upload.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include <deque>

namespace gangway::net {
namespace {

using testing::renaming_server;
using testing::wire_request;
namespace wire = testing::wire;

model::remote_path path(std::string octets) {
    return model::remote_path::parse(std::move(octets)).value();
}

/// Gives its pieces, then ends or fails, or waits for ever.
struct pieces final : octet_source {
    std::deque<std::string> left{};
    std::optional<base::error> failure{};
    bool hangs = false;
    std::string last{};

    async_result<std::string_view> read() override {
        if (left.empty() && hangs) {
            asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
            co_await never.async_wait(asio::use_awaitable);
        }
        if (left.empty() && failure) co_return std::unexpected(*failure);
        last = left.empty() ? std::string{} : std::move(left.front());
        if (!left.empty()) left.pop_front();
        co_return std::string_view{last};
    }
};

struct resumable_upload : ::testing::Test {
    renaming_server server{};
    upload_target target{.path = path("/a"), .temporary = path("/.gangway-1.part")};
    pieces source{};

    resumable_upload() { server.extensions = {{"posix-rename@openssh.com", "1"}, {"fsync@openssh.com", "1"}}; }

    template <class T>
    T with(std::function<awaitable<T>(sftp_client&)> work) {
        return testing::with_client<T>(server, std::move(work));
    }
    base::result<void> begin() {
        return with<base::result<void>>([&](sftp_client& client) { return begin_upload(client, target); });
    }
    upload_progress go_on(std::uint64_t offset, std::deque<std::string> octets) {
        source.left = std::move(octets);
        return with<upload_progress>(
            [&](sftp_client& client) { return continue_upload(client, target, offset, source); });
    }
    base::result<void> publish(std::uint64_t length) {
        return with<base::result<void>>([&](sftp_client& client) { return publish_upload(client, target, length); });
    }
    base::result<std::uint64_t> look(std::uint64_t counted) {
        return with<base::result<std::uint64_t>>(
            [&](sftp_client& client) { return look_at_upload(client, target, counted); });
    }
    [[nodiscard]] std::string partial() { return server.files["/.gangway-1.part"].content; }
};

TEST_F(resumable_upload, several_goes_make_one_file) {
    target.mode = 0640;
    ASSERT_TRUE(begin());
    EXPECT_EQ(partial(), "");
    EXPECT_EQ(go_on(0, {"hel", "lo"}).octets, 5U);
    EXPECT_EQ(go_on(5, {" world"}).octets, 6U);
    EXPECT_FALSE(server.files.contains("/a"));
    ASSERT_TRUE(publish(11));
    EXPECT_EQ(server.files["/a"].content, "hello world");
    EXPECT_EQ(server.files["/a"].mode & 0777, 0640U);
    EXPECT_EQ(server.temporaries(), 0U);
    EXPECT_EQ(server.count("CLOSE"), server.count("OPEN"));
}

TEST_F(resumable_upload, a_target_that_exists_is_refused_at_the_beginning_and_at_the_end) {
    server.files["/a"].content = "old";
    auto begun = begin();
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, sftp::errc::already_exists);
    EXPECT_EQ(server.temporaries(), 0U);

    server.files.erase("/a");
    ASSERT_TRUE(begin());
    go_on(0, {"new"});
    server.files["/a"].content = "other";
    const auto done = publish(3);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, sftp::errc::already_exists);
    EXPECT_EQ(server.files["/a"].content, "other");
    EXPECT_EQ(partial(), "new");
    server.files.erase("/a");
    EXPECT_TRUE(publish(3));
    EXPECT_EQ(server.files["/a"].content, "new");
}

TEST_F(resumable_upload, overwrite_replaces_the_target_at_the_end) {
    target.overwrite = true;
    server.files["/a"].content = "old";
    ASSERT_TRUE(begin());
    go_on(0, {"new"});
    EXPECT_EQ(server.files["/a"].content, "old");
    ASSERT_TRUE(publish(3));
    EXPECT_EQ(server.files["/a"].content, "new");
}

TEST_F(resumable_upload, a_folder_is_never_a_target) {
    target.overwrite = true;
    server.folders = {"/a"};
    const auto begun = begin();
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, sftp::errc::is_a_directory);
}

TEST_F(resumable_upload, missing_folders_are_made_on_demand) {
    target.path = path("/new/a");
    bool made = false;
    server.before = [&](const wire_request& request) -> std::optional<std::string> {
        if (request.type == 14) {
            made = true;
            return wire::status(request.id, 0);
        }
        if (request.type == wire::open && !made) return wire::status(request.id, 2, "No such file");
        return std::nullopt;
    };
    EXPECT_EQ(begin().error().code, sftp::errc::no_such_file);
    EXPECT_FALSE(made);
    target.parents = true;
    EXPECT_TRUE(begin());
    EXPECT_TRUE(made);
}

TEST_F(resumable_upload, a_source_that_fails_keeps_what_was_acknowledged) {
    ASSERT_TRUE(begin());
    source.failure = base::error{errc::connection_lost, base::phase::request, "gone"};
    const auto progress = go_on(0, {"hello"});
    EXPECT_EQ(progress.octets, 5U);
    EXPECT_EQ(progress.failure->message, "gone");
    EXPECT_EQ(partial(), "hello");
}

TEST_F(resumable_upload, a_refused_write_counts_only_what_is_before_it) {
    ASSERT_TRUE(begin());
    server.before = [](const wire_request& request) -> std::optional<std::string> {
        if (request.type != wire::write) return std::nullopt;
        base::byte_reader in{request.rest};
        in.string();
        if (in.u64() != 3) return std::nullopt;
        return wire::status(request.id, 4, "full");
    };
    const auto progress = go_on(0, {"abc", "def", "ghi"});
    EXPECT_EQ(progress.octets, 3U);
    EXPECT_EQ(progress.failure->message, "WRITE failed: FAILURE — full");
}

TEST_F(resumable_upload, cancelled_it_waits_for_what_is_in_flight_and_tells_how_far_it_came) {
    ASSERT_TRUE(begin());
    asio::io_context context{1};
    asio::cancellation_signal stop;
    source.left = {"hello"};
    source.hangs = true;
    server.before = [&](const wire_request& request) -> std::optional<std::string> {
        if (request.type == wire::write) asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); });
        return std::nullopt;
    };
    upload_progress progress;
    const auto run = [](sftp_client& client, upload_target& to, pieces& from,
                        upload_progress& into) -> awaitable<void> {
        into = co_await continue_upload(client, to, 0, from);
    };
    const auto holder = [](asio::io_context& io, renaming_server& far, auto inner,
                           asio::cancellation_signal& signal) -> awaitable<void> {
        const auto client = co_await sftp_client::start(
            std::make_unique<testing::memory_channel>(io.get_executor(), far), std::chrono::hours{1});
        co_await asio::co_spawn(io, inner(**client), asio::bind_cancellation_slot(signal.slot(), asio::use_awaitable));
    };
    asio::co_spawn(
        context,
        holder(
            context, server, [&](sftp_client& client) { return run(client, target, source, progress); }, stop),
        [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    context.run();
    EXPECT_EQ(progress.octets, 5U);
    ASSERT_TRUE(progress.failure);
    EXPECT_EQ(progress.failure->code, std::errc::operation_canceled);
    EXPECT_EQ(partial(), "hello");
    EXPECT_EQ(server.count("CLOSE"), 2U);
}

TEST_F(resumable_upload, what_was_written_without_counting_is_written_over) {
    ASSERT_TRUE(begin());
    go_on(0, {"hello wrong"});
    EXPECT_EQ(go_on(5, {" world"}).octets, 6U);
    ASSERT_TRUE(publish(11));
    EXPECT_EQ(server.files["/a"].content, "hello world");
}

TEST_F(resumable_upload, a_look_counts_no_more_than_is_there) {
    ASSERT_TRUE(begin());
    go_on(0, {"hello"});
    EXPECT_EQ(look(5).value(), 5U);
    EXPECT_EQ(look(3).value(), 3U);
    EXPECT_EQ(look(9).value(), 5U);
    server.files.clear();
    EXPECT_EQ(look(5).error().code, sftp::errc::no_such_file);
}

TEST_F(resumable_upload, a_file_of_another_length_is_not_published) {
    ASSERT_TRUE(begin());
    go_on(0, {"hello"});
    for (const std::uint64_t length : {4U, 6U}) {
        const auto done = publish(length);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, errc::incomplete_write);
    }
    EXPECT_FALSE(server.files.contains("/a"));
    EXPECT_TRUE(publish(5));
}

TEST_F(resumable_upload, going_on_with_a_file_that_is_gone_is_an_error_and_makes_none) {
    const auto progress = go_on(0, {"hello"});
    EXPECT_EQ(progress.octets, 0U);
    EXPECT_EQ(progress.failure->code, sftp::errc::no_such_file);
    EXPECT_TRUE(server.files.empty());
}

TEST_F(resumable_upload, discarding_twice_is_no_error) {
    ASSERT_TRUE(begin());
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(with<base::result<void>>([&](sftp_client& client) { return discard_upload(client, target); }));
    EXPECT_EQ(server.temporaries(), 0U);
}

}  // namespace
}  // namespace gangway::net
