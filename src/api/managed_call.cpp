#include "managed_call.hpp"

#include "media_type.hpp"
#include "routes.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/store/folders.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::int64_t largest_page = 500;

}  // namespace

net::awaitable<answer> manage(services& with, resource_request request, request_body& body, managed_handler handler) {
    if (with.managed == nullptr)
        co_return error_answer(refusal(errc::not_found, "This gateway keeps no managed connections"));
    managed_call call{*with.managed, request, body, with.limits};
    auto done = co_await handler(call);
    co_return done ? *std::move(done) : error_answer(done.error());
}

void tell_changed(const managed_call& call, const std::string& connection) {
    call.with.connections.changed(connection);
    tell_pulls(call);
}

void tell_pulls(const managed_call& call) {
    if (call.with.pulling != nullptr) call.with.pulling->wake();
}

net::awaitable<transfer::removal> prepare_removal(const managed_call& call, std::string connection,
                                                  std::string folder) {
    if (call.with.pulling == nullptr) co_return transfer::removal{};
    co_return co_await call.with.pulling->prepare_removal(std::move(connection), std::move(folder));
}

void tell_removed(const managed_call& call, transfer::removal what) {
    if (call.with.pulling != nullptr) call.with.pulling->removed(std::move(what));
}

void forget_failures(store::transaction& tx, const store::connection& row) {
    store::schedules::end_pauses(tx, row.id);
    if (row.health != store::health::host_key_mismatch)
        store::connections::set_health(tx, row.id, store::health::unknown, "");
}

base::result<void> may_dial(const managed_call& call) {
    return call.limits == nullptr ? base::result<void>{} : call.limits->pass(call.request.client);
}

base::result<pulls*> pulling(const managed_call& call) {
    if (call.with.pulling != nullptr) return call.with.pulling;
    return refuse(errc::not_found, "This gateway pulls no folders");
}

net::async_result<fields> read_fields(managed_call& call, std::initializer_list<std::string_view> known,
                                      nested_fields how) {
    if (auto readable = check_media_type(call.request); !readable) co_return std::unexpected(readable.error());
    for (;;) {
        const auto piece = co_await call.body.read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        if (call.octets.size() + piece->size() > json_body_limit)
            co_return refuse(errc::payload_too_large, "The body is longer than this route takes");
        call.octets.insert(call.octets.end(), piece->begin(), piece->end());
    }
    auto from = fields::from_json(call.octets, {.nested_text = how == nested_fields::kept});
    if (from) from->refuse_all_but(known);
    co_return from;
}

base::result<page> read_page(const resource_request& request) {
    auto from = fields::from_query(request.query.value_or(std::string{}));
    if (!from) return std::unexpected(from.error());
    return from->finish(take_page(*from));
}

page take_page(fields& from) {
    page wanted;
    if (const auto limit = from.integer("limit", 1, largest_page)) wanted.limit = static_cast<std::size_t>(*limit);
    wanted.after = from.text("after").value_or("");
    return wanted;
}

std::string new_id(std::string_view prefix) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string id{prefix};
    std::uint32_t bits = 0;
    int count = 0;
    for (const char octet : crypto::random_bytes(16)) {
        bits = bits << 8 | static_cast<unsigned char>(octet);
        for (count += 8; count >= 5; count -= 5)
            id += alphabet[bits >> (count - 5) & 31];
    }
    return id += alphabet[bits << (5 - count) & 31];
}

base::secret new_secret(std::string_view prefix) {
    auto random = crypto::random_bytes(32);
    auto digits = base::to_base64url(random);
    base::wipe(random);
    std::string text;
    text.reserve(prefix.size() + digits.size());
    text.append(prefix).append(digits);
    base::wipe(digits);
    return base::secret::take(text);
}

base::result<std::optional<std::int64_t>> wanted_revision(const resource_request& request) {
    const auto given = request.field("If-Match");
    if (!given || trimmed(*given) == "*") return std::nullopt;
    auto text = trimmed(*given);
    std::int64_t revision = 0;
    if (text.size() > 2 && text.starts_with('"') && text.ends_with('"')) {
        text = text.substr(1, text.size() - 2);
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), revision);
        if (failure == std::errc{} && end == text.data() + text.size()) return revision;
    }
    return std::unexpected(not_changed(store::changed::stale, ""));
}

std::string etag_of(std::int64_t revision) {
    return "\"" + std::to_string(revision) + "\"";
}

void write_date(json_writer& json, std::string_view name, store::timestamp when) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
    json.date(name, static_cast<std::uint32_t>(std::max<std::int64_t>(0, seconds)));
}

void write_date(json_writer& json, std::string_view name, const std::optional<store::timestamp>& when) {
    if (when) write_date(json, name, *when);
}

std::string details(std::initializer_list<std::pair<std::string_view, std::string_view>> facts) {
    std::string text;
    json_writer json{text};
    json.begin_object();
    for (const auto& [name, value] : facts)
        json.octets(name, value);
    json.end_object();
    return text;
}

std::optional<std::string> plain_text(fields& from, std::string_view name, std::size_t longest) {
    const auto given = from.text(name);
    if (!given) return std::nullopt;
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (given->size() > longest || std::ranges::any_of(*given, is_control))
        from.complain(name, "\"" + std::string{name} + "\" must be at most " + std::to_string(longest) +
                                " octets without control characters");
    return std::string{*given};
}

base::error not_there(std::string_view what) {
    return refusal(errc::not_found, "There is no such " + std::string{what});
}

base::error not_changed(store::changed why, std::string_view what) {
    switch (why) {
        case store::changed::missing:
            return not_there(what);
        case store::changed::name_taken:
            return refusal(errc::already_exists, "Another " + std::string{what} + " has this name")
                .with("field", "name");
        case store::changed::stale:
        case store::changed::done:
            break;
    }
    return refusal(errc::precondition_failed, "It was changed meanwhile: read it again, and repeat with its new ETag");
}

}  // namespace gangway::api
