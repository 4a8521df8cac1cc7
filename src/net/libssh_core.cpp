#include "libssh_core.hpp"

#include "libssh_channel.hpp"

#include <gangway/net/errors.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace gangway::net {
namespace {

/// How often the library may read (4 KiB each) before others on the same thread get their turn.
constexpr int turns_per_pump = 512;
/// The most octets given to libssh at once: what does not fit the socket stays in its buffer.
constexpr std::size_t write_chunk = 256U * 1024;

}  // namespace

awaitable<void> libssh_core::ready() {
    const auto what = session_.has_unsent() ? tcp::socket::wait_write : tcp::socket::wait_read;
    co_await socket_.async_wait(what, asio::use_awaitable);
}

void libssh_core::add(libssh_channel& channel) {
    channels_.push_back(&channel);
    schedule();
}

void libssh_core::remove(libssh_channel& channel) noexcept {
    std::erase(channels_, &channel);
}

std::size_t libssh_core::write(::ssh_channel channel, std::string_view octets) {
    std::size_t taken = 0;
    writing_ = true;
    while (taken < octets.size() && !session_.has_unsent() && !session_.failed()) {
        const auto count =
            std::min({octets.size() - taken, write_chunk, std::size_t{::ssh_channel_window_size(channel)}});
        if (count == 0) break;
        const int written = ::ssh_channel_write(channel, octets.data() + taken, static_cast<std::uint32_t>(count));
        if (written <= 0) break;
        taken += static_cast<std::size_t>(written);
    }
    writing_ = false;
    schedule();
    return taken;
}

void libssh_core::schedule() {
    if (scheduled_ || stopped_) return;
    scheduled_ = true;
    asio::post(executor(), [self = shared_from_this()] {
        self->scheduled_ = false;
        self->pump();
    });
}

void libssh_core::pump() {
    if (stopped_ || failed_) return;
    const bool quiet = turn();
    // A listener may close its channel, or another one, from inside settle().
    const auto snapshot = channels_;
    for (auto* channel : snapshot)
        if (std::ranges::find(channels_, channel) != channels_.end()) channel->settle();
    if (stopped_) return;
    if (session_.failed()) return fail_all();
    if (quiet) return arm();
    schedule();
}

bool libssh_core::turn() {
    const auto live = std::ranges::find_if(channels_, [](const auto* channel) { return !channel->ended(); });
    if (live == channels_.end()) return true;
    const auto handle = (*live)->handle();
    for (int i = 0; i < turns_per_pump; ++i) {
        const auto before = session_.moved();
        if (::ssh_channel_poll(handle, 0) == SSH_ERROR || session_.failed() || session_.moved() == before) return true;
    }
    return false;
}

void libssh_core::arm() {
    if (!reading_) {
        reading_ = true;
        socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code) {
            self->reading_ = false;
            self->pump();
        });
    }
    if (!flushing_ && session_.has_unsent()) {
        flushing_ = true;
        socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](boost::system::error_code) {
            self->flushing_ = false;
            self->pump();
        });
    }
}

void libssh_core::fail_all() {
    failed_ = true;
    const auto why = session_.error(base::phase::sftp);
    const auto snapshot = channels_;
    for (auto* channel : snapshot)
        if (std::ranges::find(channels_, channel) != channels_.end()) channel->fail(why);
}

void libssh_core::stop() noexcept {
    stopped_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace gangway::net
