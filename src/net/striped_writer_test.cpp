#include "memory_server.hpp"
#include "run_coroutine.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace gangway::net {
namespace {

using testing::memory_channel;
using testing::memory_server;
using testing::wire_request;
namespace wire = testing::wire;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

std::string pattern(std::size_t size) {
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        octets[i] = static_cast<char>((i * 31 + i / 251) & 0xFF);
    return octets;
}

model::remote_path path(std::string octets) {
    return model::remote_path::parse(std::move(octets)).value();
}

/// Takes a window of octets, and the next ones some turns of the event loop later: a server behind a long line.
class narrow_channel final : public byte_channel, private channel_listener {
  public:
    narrow_channel(std::unique_ptr<byte_channel> inner, std::size_t window)
        : inner_(std::move(inner)), window_(window), left_(window) {}
    [[nodiscard]] asio::any_io_executor executor() const override { return inner_->executor(); }
    void listen(channel_listener& listener) override {
        listener_ = &listener;
        inner_->listen(*this);
    }
    std::size_t write(std::string_view octets) override {
        const auto taken = inner_->write(octets.substr(0, left_));
        left_ -= taken;
        if (taken < octets.size()) open_later(20);
        return taken;
    }

  private:
    void open_later(int turns) {
        asio::post(executor(), [this, turns, life = std::weak_ptr{life_}] {
            if (life.expired()) return;
            if (turns > 0) return open_later(turns - 1);
            left_ = window_;
            listener_->writable();
        });
    }
    void received(std::string_view octets) override { listener_->received(octets); }
    void writable() override { listener_->writable(); }
    void closed(const base::error& why) override { listener_->closed(why); }

    std::unique_ptr<byte_channel> inner_;
    std::size_t window_;
    std::size_t left_;
    channel_listener* listener_ = nullptr;
    std::shared_ptr<bool> life_ = std::make_shared<bool>();
};

struct outcome {
    base::result<std::uint64_t> written = 0;
    std::size_t channels = 1;  ///< that were opened
};

/// Writes files through channels to servers: the first to `server`, further ones to `others`, or to it as well.
class striped_writer_test : public ::testing::Test {
  protected:
    async_result<std::unique_ptr<sftp_client>> connect(asio::any_io_executor executor, memory_server& to) {
        auto inner = std::make_unique<memory_channel>(executor, to);
        co_return co_await sftp_client::start(std::make_unique<narrow_channel>(std::move(inner), 64 * kib),
                                              std::chrono::hours{1});
    }
    async_result<std::unique_ptr<sftp_client>> one_more(asio::any_io_executor executor) {
        ++channels;
        if (channels > allowed) co_return base::fail(errc::subsystem_unavailable, base::phase::subsystem, "too many");
        co_return co_await connect(executor, others ? *others : server);
    }
    awaitable<base::result<std::uint64_t>> write(asio::any_io_executor executor, std::string_view content,
                                                 writer_options options) {
        auto client = co_await connect(executor, server);
        if (!client) throw std::runtime_error{client.error().message};
        auto how = stripes{.more = [this, executor] { return one_more(executor); }, .most = 4, .size = size};
        how.at_once = true;
        how.reach = reach;
        const auto writer = co_await open_striped_writer(**client, path("/a"), options, how);
        if (!writer) co_return std::unexpected(writer.error());
        for (; !content.empty(); content.remove_prefix(std::min(piece, content.size()))) {
            const auto taken = co_await (*writer)->write(content.substr(0, piece));
            if (taken) continue;
            std::ignore = co_await (*writer)->abandon();
            co_return std::unexpected(taken.error());
        }
        if (leave_early) co_return 0;
        co_return co_await (*writer)->finish();
    }
    base::result<std::uint64_t> put(std::string_view content, writer_options options = {}) {
        asio::io_context io{1};
        return run_coroutine(io, write(io.get_executor(), content, options));
    }

    memory_server server;
    std::optional<memory_server> others{};
    std::optional<std::uint64_t> size{};
    std::size_t channels = 1;
    std::size_t allowed = 100;
    std::size_t piece = 200 * kib;
    std::uint64_t reach = 64 * mib;
    bool leave_early = false;
};

TEST_F(striped_writer_test, large_file_goes_through_several_channels_and_is_whole) {
    const auto content = pattern(20 * mib + 17);
    size = content.size();
    EXPECT_EQ(put(content), content.size());
    EXPECT_TRUE(server.files["/a"].content == content);
    EXPECT_EQ(channels, 4U);
    EXPECT_EQ(server.count("OPEN /a 2"), 4U) << "26 (write, create, truncate) once, then 2 (write)";
    EXPECT_EQ(server.count("OPEN /a 26"), 1U);
    EXPECT_EQ(server.count("FSTAT /a"), 4U) << "every channel shows the size";
    EXPECT_EQ(server.count("CLOSE /a"), 4U);
}

TEST_F(striped_writer_test, stream_of_unknown_length_is_striped_once_it_is_long) {
    const auto content = pattern(20 * mib);
    EXPECT_EQ(put(content), content.size());
    EXPECT_TRUE(server.files["/a"].content == content);
    EXPECT_EQ(channels, 4U);
}

TEST_F(striped_writer_test, small_file_uses_one_channel) {
    const auto content = pattern(3 * mib);
    EXPECT_EQ(put(content), content.size());
    size = content.size();
    EXPECT_EQ(put(content), content.size());
    EXPECT_TRUE(server.files["/a"].content == content);
    EXPECT_EQ(channels, 1U);
}

TEST_F(striped_writer_test, server_that_refuses_further_channels_still_gets_the_file) {
    for (const std::size_t limit : {1U, 2U, 3U}) {
        channels = 1;
        allowed = limit;
        const auto content = pattern(12 * mib);
        size = content.size();
        EXPECT_EQ(put(content), content.size());
        EXPECT_TRUE(server.files["/a"].content == content);
        EXPECT_EQ(channels, 4U) << "it was tried";
    }
}

TEST_F(striped_writer_test, channel_that_may_not_open_the_file_is_done_without) {
    server.instead = [](const wire_request& request) -> std::optional<std::string> {
        base::byte_reader in{request.rest};
        if (request.type != wire::open || (in.string(), in.u32()) != 2) return std::nullopt;
        return wire::status(request.id, 3, "no");
    };
    const auto content = pattern(12 * mib);
    size = content.size();
    EXPECT_EQ(put(content), content.size());
    EXPECT_TRUE(server.files["/a"].content == content);
}

TEST_F(striped_writer_test, acknowledgements_in_any_order_make_no_difference) {
    server.answers_backwards = true;
    const auto content = pattern(12 * mib + 1);
    EXPECT_EQ(put(content), content.size());
    EXPECT_TRUE(server.files["/a"].content == content);
}

TEST_F(striped_writer_test, refused_write_of_any_stripe_fails_the_file) {
    const auto content = pattern(12 * mib);
    size = content.size();
    for (int nth = 1; nth < 380; nth += 37) {
        server.instead = [left = nth](const wire_request& request) mutable -> std::optional<std::string> {
            if (request.type != wire::write || --left != 0) return std::nullopt;
            return wire::status(request.id, 14, "disk full");
        };
        const auto written = put(content);
        ASSERT_FALSE(written) << nth;
        EXPECT_EQ(written.error().code, sftp::errc::no_space);
    }
}

TEST_F(striped_writer_test, all_but_the_reach_is_there_however_it_ends) {
    const auto content = pattern(12 * mib);
    size = content.size();
    reach = mib;
    for (int nth = 1; nth < 380; nth += 13) {
        server.files.clear();
        server.instead = [left = nth](const wire_request& request) mutable -> std::optional<std::string> {
            if (request.type != wire::write || --left != 0) return std::nullopt;
            return wire::status(request.id, 4, "no");
        };
        ASSERT_FALSE(put(content)) << nth;
        const auto& there = server.files["/a"].content;
        const auto sure = there.size() - std::min<std::size_t>(there.size(), reach);
        EXPECT_TRUE(there.substr(0, sure) == content.substr(0, sure)) << nth;
    }
}

TEST_F(striped_writer_test, stripe_that_went_into_another_file_of_the_name_fails_the_file) {
    others.emplace();
    others->files["/a"].content = "older";
    const auto content = pattern(12 * mib);
    size = content.size();
    const auto written = put(content);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, errc::incomplete_write);
}

TEST_F(striped_writer_test, refused_close_of_any_stripe_fails_the_file) {
    const auto content = pattern(12 * mib);
    size = content.size();
    for (int nth = 1; nth <= 4; ++nth) {
        server.instead = [left = nth](const wire_request& request) mutable -> std::optional<std::string> {
            if (request.type != wire::close || --left != 0) return std::nullopt;
            return wire::status(request.id, 4, "no");
        };
        const auto written = put(content);
        ASSERT_FALSE(written) << nth;
        EXPECT_EQ(written.error().code, sftp::errc::failure);
    }
}

TEST_F(striped_writer_test, appending_is_never_striped) {
    server.files["/a"].content = "old";
    const auto content = pattern(12 * mib);
    size = content.size();
    EXPECT_EQ(put(content, {.when_there = writer_options::existing::append}), content.size());
    EXPECT_TRUE(server.files["/a"].content == "old" + content);
    EXPECT_EQ(channels, 1U);
}

TEST_F(striped_writer_test, writer_dropped_in_the_middle_closes_its_channels) {
    leave_early = true;
    size = 100 * mib;
    EXPECT_EQ(put(pattern(9 * mib)), 0U);
    EXPECT_EQ(channels, 4U);
}

TEST(takes_writes_in_any_order, is_believed_of_openssh_with_its_own_sftp_server) {
    const sftp::server_features own{.posix_rename = true, .fsync = true};
    EXPECT_TRUE(takes_writes_in_any_order({.line = {}, .protocol = "2.0", .software = "OpenSSH_9.2p1 Debian-2"}, own));
    EXPECT_FALSE(takes_writes_in_any_order({.line = {}, .protocol = "2.0", .software = "OpenSSH_9.2p1"}, {}));
    EXPECT_FALSE(takes_writes_in_any_order({.line = {}, .protocol = "2.0", .software = "AWS_SFTP_1.1"}, own));
    EXPECT_FALSE(takes_writes_in_any_order({.line = {}, .protocol = "2.0", .software = "mod_sftp OpenSSH_"}, own));
}

}  // namespace
}  // namespace gangway::net
