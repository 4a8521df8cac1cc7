#include "interruptible.hpp"

#include <gangway/cli/exit_code.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <exception>
#include <unistd.h>
#include <utility>

namespace gangway::cli {
namespace {

namespace asio = net::asio;

net::awaitable<void> obey(asio::signal_set& signals, asio::cancellation_signal& work) {
    co_await signals.async_wait(asio::use_awaitable);
    work.emit(asio::cancellation_type::terminal);
    co_await signals.async_wait(asio::use_awaitable);
    ::_exit(static_cast<int>(exit_code::interrupted));
}

/// What cancelling made of the work; anything else is a bug.
outcome interrupted(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& failure) {
        if (failure.code() != asio::error::operation_aborted) throw;
        return {.failure = base::error{std::make_error_code(std::errc::operation_canceled), base::phase::request,
                                       "interrupted"}};
    }
}

}  // namespace

outcome run_interruptibly(asio::io_context& io, const asio::any_io_executor& strand, net::awaitable<outcome> work) {
    asio::cancellation_signal cancel;
    asio::signal_set signals{strand, SIGINT, SIGTERM};
    asio::co_spawn(strand, obey(signals, cancel), asio::detached);
    outcome end;
    std::exception_ptr thrown;
    asio::co_spawn(strand, std::move(work),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr failure, outcome told) {
                       thrown = std::move(failure);
                       end = std::move(told);
                       signals.cancel();
                   }));
    io.run();
    return thrown ? interrupted(thrown) : end;
}

}  // namespace gangway::cli
