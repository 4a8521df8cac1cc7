#pragma once
/// For tests: a clock that stands still, and what a check of readiness finds missing.

#include <gangway/api/readiness.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/net/asio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <vector>

namespace gangway::app::testing {

using names = std::vector<std::string>;

class manual_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return {}; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return now; }
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
};

inline names ask(api::readiness& what) {
    net::asio::io_context context;
    names found{"never answered"};
    const auto work = [](api::readiness& asked, names& to) -> net::awaitable<void> { to = co_await asked.missing(); };
    net::asio::co_spawn(context, work(what, found), [](const std::exception_ptr&) {});
    context.run();
    return found;
}

}  // namespace gangway::app::testing
