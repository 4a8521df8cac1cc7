#include "named_target.hpp"

#include <gangway/api/errors.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace gangway::api {
namespace {

base::result<named_target> decode_login(fields& from, std::chrono::milliseconds longest) {
    auto request = decode_server(from, longest);
    auto who = decode_credentials(from);
    if (auto checked = from.check(); !checked) return std::unexpected(std::move(checked.error()));
    return named_target{
        {.server = std::move(*request.server), .who = std::move(who), .expected_key = request.expected_key},
        request.limit};
}

net::async_result<named_target> find_connection(management* managed, fields& from, std::string id,
                                                std::chrono::milliseconds longest) {
    for (const auto* other : {"host", "port", "hostKey", "username", "password", "privateKey", "passphrase"})
        if (from.has(other)) from.complain(other, fmt::format("\"{}\" and \"connection\" cannot both be given", other));
    const auto limit = from.integer("timeoutMs", 1, longest.count());
    if (auto checked = from.check(); !checked) co_return std::unexpected(std::move(checked.error()));
    if (managed == nullptr) co_return refuse(errc::not_found, "This gateway keeps no managed connections");
    auto where = co_await managed->connections.find(std::move(id));
    if (!where) co_return std::unexpected(std::move(where.error()));
    from.confine(where->path_root);
    co_return named_target{std::move(*where), std::chrono::milliseconds{limit.value_or(longest.count())}};
}

}  // namespace

net::async_result<named_target> find_target(management* managed, fields& from, std::chrono::milliseconds longest) {
    if (const auto id = from.text("connection"))
        co_return co_await find_connection(managed, from, std::string{*id}, longest);
    co_return decode_login(from, longest);
}

}  // namespace gangway::api
