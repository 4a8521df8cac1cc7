// connect and probe: the operations that ask about a server instead of its files.
#include "routes.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

namespace gangway::api {
namespace {

/// How far an operation came.
struct progress {
    base::phase phase = base::phase::dns;
    std::string step{};  ///< of the doctor, that was cut off
};

/// A checkup, as a result that a deadline can be put on. `reached` is how far one came that the deadline has cut off.
net::async_result<net::checkup> examined(remote::sessions& servers, model::endpoint server,
                                         std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected, progress& reached) {
    auto found = co_await servers.examine(std::move(server), std::move(who), expected);
    if (!found.steps.empty() && found.steps.back().failure) {
        const auto& last = *found.steps.back().failure;
        reached = {.phase = last.where, .step = found.steps.back().name};
        if (last.code == std::errc::operation_canceled) co_return std::unexpected(last);
    }
    co_return found;
}

/// Awaits `work`, which tells how far it came in `reached`: a deadline that passes is named after that.
template <class T>
net::async_result<T> in_time(net::async_result<T> work, std::chrono::milliseconds limit, const progress& reached,
                             std::string what) {
    // Nothing in there is called "request", so this phase marks the deadline of the whole.
    auto done = co_await net::with_deadline(std::move(work), limit, base::phase::request, std::move(what));
    if (!done && done.error().code == net::errc::timed_out && done.error().where == base::phase::request) {
        done.error().where = reached.phase;
        if (!reached.step.empty()) done.error().message += "; it was in the step \"" + reached.step + "\"";
    }
    co_return done;
}

/// Identifies the server; with an expected key, also goes as far as its host key, still without a credential. `found`
/// is what was seen on that way, and `reached` how far it came.
net::async_result<net::identification> identified(remote::sessions& servers, model::endpoint server,
                                                  std::optional<model::fingerprint> expected, net::checkup& found,
                                                  progress& reached) {
    auto identification = co_await servers.identify(server, reached.phase);
    if (!identification || !expected) co_return identification;
    reached.phase = base::phase::hostkey;
    found = co_await servers.examine(std::move(server), std::nullopt, expected);
    for (const auto& step : found.steps)
        if (step.failure) co_return std::unexpected(*step.failure);
    co_return identification;
}

/// The presented host key, where the doctor came to see it.
void add_host_key(answer& to, const net::checkup& found) {
    for (const auto& step : found.steps)
        for (const auto& finding : step.findings)
            if (finding.name == "fingerprint") to.headers.push_back({"Gangway-Host-Key", finding.value});
}

}  // namespace

net::awaitable<answer> connect(services& with, fields from, wiped_octets body) {
    auto request = decode_server(from);
    if (auto checked = from.finish(true); !checked) co_return error_answer(checked.error());
    body = wiped_octets{};  // frees and zeroes; `= {}` would only empty it
    const auto server = *request.server;
    net::checkup found;
    progress reached;
    auto identification = co_await in_time(identified(with.servers, server, request.expected_key, found, reached),
                                           request.limit, reached, "connect");
    answer result = identification ? answer{.body = connect_answer(request.host_as_asked, server.port, *identification)}
                                   : error_answer(identification.error());
    add_host_key(result, found);
    result.host = server.text();
    co_return result;
}

net::awaitable<answer> probe(services& with, fields from, wiped_octets body) {
    auto request = decode_server(from);
    auto who = decode_optional_credentials(from);
    if (auto checked = from.finish(true); !checked) co_return error_answer(checked.error());
    body = wiped_octets{};  // frees and zeroes; `= {}` would only empty it
    const auto server = *request.server;
    progress reached;
    auto found = co_await in_time(examined(with.servers, server, std::move(who), request.expected_key, reached),
                                  request.limit, reached, "probe");
    answer result =
        found ? answer{.body = probe_answer(request.host_as_asked, server.port, *found)} : error_answer(found.error());
    if (found) add_host_key(result, *found);
    result.host = server.text();
    co_return result;
}

}  // namespace gangway::api
