#include "ssh_core.hpp"

#include "ssh_channel.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/ssh/errors.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <utility>

namespace gangway::net {
namespace {

/// How often the socket may be read before others on the same thread get their turn.
constexpr int turns_per_pump = 16;
/// How long a connection must be still before its spare buffers go.
constexpr std::chrono::seconds idle_time{2};

base::error lost(const boost::system::error_code& why) {
    return {errc::connection_lost, base::phase::ssh, "the server closed the connection (" + why.message() + ")"};
}

}  // namespace

base::error translate(const base::error& why, base::phase where) {
    if (why.code.category() != ssh::category()) return {why.code, where, why.message};
    switch (static_cast<ssh::errc>(why.code.value())) {
        case ssh::errc::not_ssh:
            return {errc::not_ssh, where, why.message};
        case ssh::errc::disconnected:
            return {errc::connection_lost, where, why.message};
        case ssh::errc::crypto_failure:
            return {make_error_code(crypto::errc::crypto_failure), where, why.message};
        default:
            return {errc::handshake_failed, where, "the SSH protocol failed: " + why.message};
    }
}

ssh_core::ssh_core(tcp::socket socket, ssh::options how, asio::steady_timer::duration key_time)
    : socket_(std::move(socket)),
      machine_(std::move(how)),
      idle_(socket_.get_executor()),
      key_time_(key_time),
      keyed_(asio::steady_timer::clock_type::now()) {
    socket_.non_blocking(true);
}

async_result<identification> ssh_core::exchange_identifications(std::chrono::milliseconds limit) {
    // A server that takes nothing more has usually said why.
    std::ignore = flush();
    co_return co_await await_identification(socket_, limit);
}

async_result<ssh::event> ssh_core::next_event(base::phase where) {
    for (;;) {
        auto news = machine_.next();
        // A failure may have left words for the server.
        const auto sent = flush();
        if (!news) co_return std::unexpected(translate(news.error(), where));
        if (*news) co_return std::move(**news);
        if (!sent) co_return std::unexpected(translate(sent.error(), where));
        const auto read = fill();
        if (!read) co_return std::unexpected(translate(read.error(), where));
        if (*read == moved::something) continue;
        const auto what = machine_.output().empty() ? tcp::socket::wait_read : tcp::socket::wait_write;
        co_await socket_.async_wait(what, asio::use_awaitable);
    }
}

void ssh_core::start() {
    started_ = true;
    schedule();
}

void ssh_core::add(ssh::channel_id id, ssh_channel& channel) {
    channels_.emplace(id, &channel);
    schedule();
}

void ssh_core::remove(ssh::channel_id id) noexcept {
    if (channels_.erase(id) == 0 || stopped_ || failed_) return;
    machine_.close(id);
    schedule();
}

void ssh_core::schedule() {
    if (scheduled_ || stopped_ || !started_) return;
    scheduled_ = true;
    asio::post(executor(), [self = shared_from_this()] {
        self->scheduled_ = false;
        self->pump();
    });
}

void ssh_core::pump() {
    settle();
    const auto now = asio::steady_timer::clock_type::now();
    if (now - keyed_ >= key_time_) {
        keyed_ = now;
        machine_.rekey();
    }
    for (int turn = 0; turn < turns_per_pump; ++turn) {
        if (stopped_ || failed_ || !deliver()) return;
        const auto sent = flush();
        if (!sent) return fail_all(translate(sent.error(), base::phase::sftp));
        const auto read = fill();
        if (!read) return fail_all(translate(read.error(), base::phase::sftp));
        if (*read == moved::nothing && *sent == moved::nothing) return arm();
    }
    schedule();
}

bool ssh_core::deliver() {
    for (;;) {
        auto news = machine_.next();
        if (!news) {
            (void)flush();
            fail_all(translate(news.error(), base::phase::sftp));
            return false;
        }
        if (!*news) return true;
        dispatch(**news);
        if (stopped_) return false;
    }
}

/// A listener may destroy its channel, another one, or the link from inside the call.
void ssh_core::dispatch(const ssh::event& news) {
    const auto to_channel = [&](const auto& about) {
        if constexpr (requires { about.channel; })
            if (auto* const channel = find(about.channel)) channel->take(about);
    };
    std::visit(to_channel, news);
}

base::result<ssh_core::moved> ssh_core::flush() {
    auto outcome = moved::nothing;
    while (!machine_.output().empty()) {
        boost::system::error_code failure;
        const auto octets = machine_.output();
        const auto count = socket_.write_some(asio::buffer(octets.data(), octets.size()), failure);
        if (failure == asio::error::would_block) break;
        if (failure) return std::unexpected(lost(failure));
        machine_.consumed(count);
        outcome = moved::something;
    }
    return outcome;
}

base::result<ssh_core::moved> ssh_core::fill() {
    if (std::exchange(drained_, false)) return moved::nothing;
    const auto space = machine_.receive_space();
    if (space.empty()) return moved::nothing;
    boost::system::error_code failure;
    const auto count = socket_.read_some(asio::buffer(space.data(), space.size()), failure);
    if (failure == asio::error::would_block) return moved::nothing;
    if (failure) return std::unexpected(lost(failure));
    machine_.received(count);
    // A short read has emptied the socket: the next one would only find that out.
    drained_ = count < space.size();
    busy_ = true;
    return moved::something;
}

void ssh_core::arm() {
    if (!reading_ && !machine_.receive_space().empty()) {
        reading_ = true;
        socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code) {
            self->reading_ = false;
            self->pump();
        });
    }
    if (!flushing_ && !machine_.output().empty()) {
        flushing_ = true;
        socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](boost::system::error_code) {
            self->flushing_ = false;
            self->pump();
        });
    }
    watch_idleness();
}

void ssh_core::watch_idleness() {
    if (watching_ || !std::exchange(busy_, false)) return;
    watching_ = true;
    idle_.expires_after(idle_time);
    idle_.async_wait([self = shared_from_this()](boost::system::error_code failure) {
        self->watching_ = false;
        if (failure || self->stopped_) return;
        if (self->busy_) return self->watch_idleness();
        self->machine_.trim();
    });
}

void ssh_core::fail_all(const base::error& why) {
    failed_ = true;
    for (const auto id : open_channels())
        if (auto* const channel = find(id)) channel->fail(why);
}

/// For channels that have a listener since now.
void ssh_core::settle() {
    for (const auto id : open_channels()) {
        if (auto* const channel = find(id)) channel->deliver_aside();
        if (auto* const channel = find(id)) channel->tell_end();
    }
}

std::vector<ssh::channel_id> ssh_core::open_channels() const {
    std::vector<ssh::channel_id> ids;
    for (const auto& [id, channel] : channels_)
        ids.push_back(id);
    return ids;
}

ssh_channel* ssh_core::find(ssh::channel_id id) const noexcept {
    const auto at = stopped_ ? channels_.end() : channels_.find(id);
    return at == channels_.end() ? nullptr : at->second;
}

void ssh_core::stop() noexcept {
    if (std::exchange(stopped_, true)) return;
    if (!failed_) {
        machine_.disconnect();
        (void)flush();
    }
    idle_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace gangway::net
