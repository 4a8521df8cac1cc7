// The reads of a connection: one at a time, which may outlast the request that began it.
#include "http_session.hpp"

#include <gangway/api/errors.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace gangway::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// What is asked for at once while nobody knows what comes: a head and a usual body. The memory is zeroed when it goes.
constexpr std::size_t first_read = 8U * 1024;

}  // namespace

void http_session::read_some() {
    // What a large request has left.
    if (buffer_.size() == 0 && buffer_.capacity() > first_read) buffer_.shrink_to_fit();
    const auto room = std::min(first_read, buffer_.max_size() - buffer_.size());
    reading_ = true;
    socket_.async_read_some(buffer_.prepare(room), [self = shared_from_this()](error_code failure, std::size_t size) {
        self->reading_ = false;
        self->buffer_.commit(size);
        self->read_failure_ = failure;
        if (self->on_heard_) std::exchange(self->on_heard_, {})({});
    });
}

/// Waits for the end of the read. Cancelled, it leaves the read under way: that is usually for the next request, and
/// to end one is work for all threads.
net::awaitable<void> http_session::heard() {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
        [this](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            on_heard_ = [handler = std::move(handler), slot](error_code failure) mutable {
                slot.clear();
                std::move(handler)(failure);
            };
            if (!slot.is_connected()) return;
            slot.assign([this](asio::cancellation_type) {
                if (!on_heard_) return;
                asio::post(executor(), [resume = std::exchange(on_heard_, {})]() mutable {
                    resume(asio::error::operation_aborted);
                });
            });
        },
        asio::use_awaitable);
}

/// The buffer may be changed after it.
net::awaitable<void> http_session::stop_reading() {
    if (!reading_) co_return;
    error_code ignored;
    socket_.cancel(ignored);
    co_await heard();
    if (read_failure_ == asio::error::operation_aborted) read_failure_ = {};
}

/// One read of whatever comes.
net::async_result<void> http_session::receive() {
    if (!reading_ && !read_failure_) read_some();
    if (reading_) co_await heard();
    if (read_failure_) co_return api::refuse(errc::client_gone, "the client went away");
    co_return base::result<void>{};
}

/// One timer for many requests: to cancel one for each would be work for all threads, too.
void http_session::watch_idleness() {
    if (watching_ && idle_timer_.expiry() <= idle_until_) return;
    watching_ = true;
    idle_timer_.expires_at(idle_until_);
    idle_timer_.async_wait([self = shared_from_this()](error_code failure) {
        if (failure) return;
        self->watching_ = false;
        if (!self->idle_) return;
        if (std::chrono::steady_clock::now() < self->idle_until_) return self->watch_idleness();
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void http_session::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
    idle_timer_.cancel();
}

/// False: the connection ends without anybody having asked anything.
net::awaitable<bool> http_session::await_request() {
    if (buffer_.size() != 0) {
        co_await stop_reading();
        co_return true;
    }
    const auto limit = std::exchange(served_, true) ? service_.limits.idle_time : service_.limits.head_time;
    idle_ = true;
    idle_until_ = std::chrono::steady_clock::now() + limit;
    watch_idleness();
    const auto begun = co_await receive();
    idle_ = false;
    co_return begun.has_value();
}

}  // namespace gangway::api
