#include <gangway/net/bell.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace gangway::net {

awaitable<void> bell::wait() {
    asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    {
        const std::scoped_lock lock{mutex_};
        if (rung_) co_return;
        waiting_ = &timer;
    }
    /// Goes before the timer, also when the coroutine is destroyed while it waits.
    struct leave {
        bell& self;
        ~leave() {
            const std::scoped_lock lock{self.mutex_};
            self.waiting_ = nullptr;
        }
    } const guard{*this};

    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const std::scoped_lock lock{mutex_};
    if (!rung_) throw boost::system::system_error{asio::error::operation_aborted};
}

void bell::ring() {
    const std::scoped_lock lock{mutex_};
    rung_ = true;
    if (waiting_ == nullptr) return;
    // A timer is touched on its own strand only. With the lock held the coroutine, and so its executor, cannot go.
    asio::post(waiting_->get_executor(), [self = shared_from_this()] {
        const std::scoped_lock still{self->mutex_};
        if (self->waiting_ != nullptr) self->waiting_->cancel();
    });
}

}  // namespace gangway::net
