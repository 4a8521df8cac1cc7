#pragma once
/// For tests: the gateway over scripted sessions, without HTTP around it.

#include "../routes.hpp"
#include "../upload_store.hpp"
#include "scripted_sessions.hpp"

#include <gangway/api/gateway.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::api::testing {

class serving : public ::testing::Test {
  protected:
    static constexpr auto login = R"("host":"h.example","username":"u","password":"p")";

    /// The answer to a body for this operation.
    answer post(std::string_view operation, std::string body) {
        const auto* const route = find_route("/api/sftp/" + std::string{operation});
        return run({.to = route, .body_limit = route->body_limit}, std::move(body));
    }
    /// With a login, and these fields besides.
    answer ask(std::string_view operation, std::string_view more) {
        return post(operation, "{" + std::string{login} + (more.empty() ? "" : ",") + std::string{more} + "}");
    }
    answer run(admitted request, std::string body) { return run(served_, std::move(request), std::move(body)); }
    static answer run(gateway& asked, admitted request, std::string body) {
        net::asio::io_context context;
        std::optional<answer> result;
        std::exception_ptr thrown;
        const auto work = [](gateway& served, admitted what, wiped_octets octets,
                             std::optional<answer>& to) -> net::awaitable<void> {
            to = co_await served.serve(std::move(what), std::move(octets));
        };
        net::asio::co_spawn(net::asio::make_strand(context),
                            work(asked, std::move(request), wiped_octets(body.begin(), body.end()), result),
                            [&](std::exception_ptr failure) { thrown = failure; });
        context.run();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(result).value();
    }
    static std::string header(const answer& from, std::string_view name) {
        for (const auto& each : from.headers)
            if (each.name == name) return each.value;
        return "(none)";
    }
    /// Requests that the server saw, as "type first-string".
    void record() {
        servers.script = [this, before = servers.script](const sftp_request& request) {
            seen.push_back(std::to_string(request.type) + ' ' + request.text());
            return before(request);
        };
    }

    scripted_sessions servers{};
    std::vector<std::string> seen{};
    net::asio::io_context timers_{};  ///< never runs: nothing expires by itself
    base::system_clock clock_{};
    read_ahead downloads{1U << 20};
    std::shared_ptr<remote::session_store> store{
        std::make_shared<remote::session_store>(timers_.get_executor(), clock_)};
    upload_store uploads{clock_};
    gateway served_{access_policy::make({}, "127.0.0.1").value(), {servers, *store, downloads, uploads}};
};

}  // namespace gangway::api::testing
