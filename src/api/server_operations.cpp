// connect and probe: the operations that ask about a server instead of its files.
#include "routes.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

/// A checkup, as a result that a deadline can be put on.
net::async_result<net::checkup> examined(remote::sessions& servers, model::endpoint server,
                                         std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected) {
    co_return co_await servers.examine(std::move(server), std::move(who), expected);
}

/// Identifies the server; with an expected key, also goes as far as its host key, still without a credential. `found`
/// is what was seen on that way, and `reached` how far it came.
net::async_result<net::identification> identified(remote::sessions& servers, model::endpoint server,
                                                  std::optional<model::fingerprint> expected, net::checkup& found,
                                                  base::phase& reached) {
    auto identification = co_await servers.identify(server, reached);
    if (!identification || !expected) co_return identification;
    reached = base::phase::hostkey;
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
    auto reached = base::phase::dns;
    // Nothing in there is called "request", so this phase marks the deadline of the whole.
    auto identification =
        co_await net::with_deadline(identified(with.servers, server, request.expected_key, found, reached),
                                    request.limit, base::phase::request, "connect");
    if (!identification && identification.error().code == net::errc::timed_out &&
        identification.error().where == base::phase::request)
        identification.error().where = reached;
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
    auto found = co_await net::with_deadline(examined(with.servers, server, std::move(who), request.expected_key),
                                             request.limit, base::phase::ssh, "probe");
    answer result =
        found ? answer{.body = probe_answer(request.host_as_asked, server.port, *found)} : error_answer(found.error());
    if (found) add_host_key(result, *found);
    result.host = server.text();
    co_return result;
}

}  // namespace gangway::api
