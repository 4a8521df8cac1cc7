#include "connect_first.hpp"

#include <gangway/net/errors.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

namespace gangway::net {
namespace {

using boost::system::error_code;

/// What this machine, not the server, has too little of.
bool is_shortage(error_code failure) {
    using namespace boost::system::errc;
    return failure == too_many_files_open || failure == too_many_files_open_in_system || failure == not_enough_memory ||
           failure == no_buffer_space;
}

/// Shared by the coroutine and the handlers of its attempts, which may come when it has ended.
struct race {
    explicit race(const asio::any_io_executor& executor) : step(executor) {}

    asio::steady_timer step;  ///< is the next attempt due, or has one ended?
    std::vector<std::unique_ptr<tcp::socket>> attempts{};
    std::vector<error_code> failures{};
    std::optional<tcp::socket> winner{};
};

void start(const std::shared_ptr<race>& all, const tcp::endpoint& target) {
    auto& socket = *all->attempts.emplace_back(std::make_unique<tcp::socket>(all->step.get_executor()));
    socket.async_connect(target, [all, &socket](error_code failure) {
        if (!failure && is_connected_to_itself(socket)) failure = asio::error::connection_refused;
        if (failure)
            all->failures.push_back(failure);
        else if (!all->winner)
            all->winner.emplace(std::move(socket));
        all->step.cancel();
    });
}

base::error failure_of(const model::endpoint& server, const std::vector<error_code>& failures) {
    const auto any = [&](error_code wanted) { return std::ranges::find(failures, wanted) != failures.end(); };
    if (any(asio::error::connection_refused))
        return {errc::connection_refused, base::phase::tcp,
                "nobody listens at " + server.text() + ": check the port, and that the server runs"};
    if (any(asio::error::timed_out))
        return {errc::timed_out, base::phase::tcp,
                server.text() + " does not answer: check host and port, and the firewalls between"};
    if (const auto found = std::ranges::find_if(failures, is_shortage); found != failures.end())
        return {*found, base::phase::tcp,
                "no connection to " + server.text() + " can be made here: " + found->message()};
    return {errc::unreachable, base::phase::tcp, server.text() + " cannot be reached: " + failures.back().message()};
}

}  // namespace

bool is_connected_to_itself(const tcp::socket& socket) {
    error_code failure;
    const auto near = socket.local_endpoint(failure);
    const auto far = socket.remote_endpoint(failure);
    return !failure && near == far;
}

std::vector<tcp::endpoint> interleaved(const std::vector<tcp::endpoint>& endpoints) {
    std::vector<tcp::endpoint> same, other, mixed;
    for (const auto& endpoint : endpoints)
        (endpoint.protocol() == endpoints.front().protocol() ? same : other).push_back(endpoint);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        if (i < same.size()) mixed.push_back(same[i]);
        if (i < other.size()) mixed.push_back(other[i]);
    }
    return mixed;
}

async_result<tcp::socket> connect_first(model::endpoint server, std::vector<tcp::endpoint> targets,
                                        std::chrono::milliseconds delay) {
    const auto all = std::make_shared<race>(co_await asio::this_coro::executor);
    struct closing {
        race& attempts_of;
        ~closing() {
            for (const auto& socket : attempts_of.attempts) {
                error_code ignored;
                socket->close(ignored);
            }
        }
    } const guard{*all};

    for (std::size_t next = 0; !all->winner && all->failures.size() < targets.size();) {
        if (next < targets.size()) start(all, targets[next++]);
        all->step.expires_at(next < targets.size() ? std::chrono::steady_clock::now() + delay
                                                   : std::chrono::steady_clock::time_point::max());
        error_code woken;  // by the time, an attempt, or cancelling: then the next await throws
        co_await all->step.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (!all->winner) co_return std::unexpected(failure_of(server, all->failures));

    error_code ignored;
    all->winner->set_option(tcp::no_delay{true}, ignored);
    all->winner->set_option(asio::socket_base::keep_alive{true}, ignored);
    co_return std::move(*all->winner);
}

}  // namespace gangway::net
