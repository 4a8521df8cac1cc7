#include "listener.hpp"

#include <gangway/model/errors.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// So many clients at once, beyond the limit, are told that there is no room; the next ones are hung up on.
constexpr std::size_t turned_away_at_once = 64;
/// When accepting fails, it is for want of descriptors or memory: wait for some to be given back.
constexpr std::chrono::milliseconds accept_pause{100};
/// How long cancelled sessions may take to be gone.
constexpr std::chrono::milliseconds abort_time{5000};

}  // namespace

listener::listener(const asio::any_io_executor& executor, http_limits limits, http_handler& handler, access_log& log)
    : executor_(executor),
      strand_(asio::make_strand(executor)),
      limits_(limits),
      handler_(handler),
      log_(log),
      load_(std::make_shared<http_load>(limits.body_octets)),
      acceptor_(strand_),
      changed_(strand_) {
}

base::result<std::shared_ptr<listener>> listener::open(const asio::any_io_executor& executor,
                                                       const net::tcp::endpoint& address, http_limits limits,
                                                       http_handler& handler, access_log& log) {
    auto self = std::make_shared<listener>(executor, limits, handler, log);
    auto& acceptor = self->acceptor_;
    error_code failure;
    acceptor.open(address.protocol(), failure);
    if (!failure) acceptor.set_option(net::tcp::acceptor::reuse_address{true}, failure);
    if (!failure) acceptor.bind(address, failure);
    if (!failure) acceptor.listen(net::tcp::acceptor::max_listen_connections, failure);
    if (!failure) self->address_ = acceptor.local_endpoint(failure);
    if (failure)
        return model::invalid("listen", "cannot listen on " + address.address().to_string() + " port " +
                                            std::to_string(address.port()) + ": " + failure.message());
    asio::co_spawn(self->strand_, self->accept_all(), [self](const std::exception_ptr& failed) {
        if (failed) self->log_.trouble("accept", "the accept loop ended by an exception");
    });
    return self;
}

net::awaitable<void> listener::accept_all() {
    for (;;) {
        auto [failure, socket] = co_await acceptor_.async_accept(asio::make_strand(executor_), as_values);
        if (!acceptor_.is_open()) co_return;  // also a connection accepted while `stop` went by
        if (!failure) {
            welcome(std::move(socket));
        } else {
            log_.trouble("accept", failure.message());
            asio::steady_timer pause{strand_, accept_pause};
            co_await pause.async_wait(as_values);
        }
    }
}

void listener::welcome(net::tcp::socket socket) {
    if (sessions_.size() >= limits_.connections + turned_away_at_once) return;
    const bool room = sessions_.size() - leaving_.size() < limits_.connections || free_place();
    auto session =
        std::make_shared<http_session>(std::move(socket), http_service{limits_, handler_, log_, load_->bodies});
    sessions_.insert(session);
    load_->connections = sessions_.size();
    auto on_end = [self = shared_from_this(), session](const std::exception_ptr& failed) {
        // Cancelled sessions end this way too; those are no trouble.
        try {
            if (failed) std::rethrow_exception(failed);
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) self->log_.trouble("connection", error.what());
        } catch (const std::exception& error) {
            self->log_.trouble("connection", error.what());
        }
        // The coroutine is still on this thread's stack: only after it has left may its session go, elsewhere.
        asio::post(session->executor(),
                   [self, session] { asio::post(self->strand_, [self, session] { self->ended(session); }); });
    };
    asio::co_spawn(session->executor(), session->run(room),
                   asio::bind_cancellation_slot(session->slot(), std::move(on_end)));
}

bool listener::free_place() {
    auto longest = std::chrono::steady_clock::now() - limits_.secure_place;
    session_pointer chosen;
    for (const auto& session : sessions_) {
        const auto since = session->waiting_since();
        if (!since || *since > longest || leaving_.contains(session)) continue;
        longest = *since;
        chosen = session;
    }
    if (!chosen) return false;
    leaving_.insert(chosen);
    asio::post(chosen->executor(), [chosen] { chosen->give_place(); });
    return true;
}

void listener::ended(const session_pointer& session) {
    sessions_.erase(session);
    leaving_.erase(session);
    load_->connections = sessions_.size();
    changed_.cancel();
}

net::awaitable<void> listener::stop(std::chrono::milliseconds limit) {
    co_await asio::co_spawn(strand_, stop_here(limit), asio::use_awaitable);
}

net::awaitable<void> listener::stop_here(std::chrono::milliseconds limit) {
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& session : sessions_)
        asio::post(session->executor(), [session] { session->drain(); });
    co_await wait_until_empty(limit);
    for (const auto& session : sessions_)
        asio::post(session->executor(), [session] { session->abort(); });
    co_await wait_until_empty(abort_time);
}

net::awaitable<void> listener::wait_until_empty(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!sessions_.empty() && std::chrono::steady_clock::now() < end) {
        changed_.expires_at(end);
        co_await changed_.async_wait(as_values);
    }
}

}  // namespace gangway::api
