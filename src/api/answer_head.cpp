#include "answer_head.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/chrono.h>

#include <chrono>
#include <sstream>
#include <utility>

namespace gangway::api {
namespace {

namespace http = boost::beast::http;

/// A status of the tus protocol, which HTTP libraries have no words for.
constexpr unsigned checksum_mismatch = 460;

/// RFC 9110 section 5.6.7.
std::string http_date() {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::system_clock::now()));
}

template <class Body>
http::response<Body> headed(const answer& from, connection_terms terms) {
    http::response<Body> message{http::status::ok, terms.http_1_0 ? 10U : 11U};
    message.result(from.status);
    if (from.status == checksum_mismatch) message.reason("Checksum Mismatch");
    message.set(http::field::date, http_date());
    message.set("X-Content-Type-Options", "nosniff");
    message.set(http::field::cache_control, "no-store");
    message.set("Content-Security-Policy", "default-src 'none'");
    message.set("Referrer-Policy", "no-referrer");
    if (!from.body.empty()) message.set(http::field::content_type, "application/json");
    for (const auto& [name, value] : from.headers)
        message.erase(name);
    for (const auto& [name, value] : from.headers)
        message.insert(name, value);
    message.keep_alive(terms.keep_alive);
    return message;
}

}  // namespace

http::response<http::string_body> to_response(answer&& from, connection_terms terms) {
    auto message = headed<http::string_body>(from, terms);
    message.body() = std::move(from.body);
    const bool has_body = from.status != 204 && from.status != 304;  // RFC 9110 section 8.6
    if (from.length)
        message.content_length(*from.length);
    else if (has_body && !from.stream)
        message.content_length(message.body().size());
    return message;
}

body_extent extent_of(const answer& from, connection_terms terms) noexcept {
    return {.length = from.length, .chunked = !from.length && !terms.http_1_0};
}

std::string stream_head(const answer& from, connection_terms terms) {
    const auto extent = extent_of(from, terms);
    if (!extent.length && !extent.chunked) terms.keep_alive = false;
    auto message = headed<http::empty_body>(from, terms);
    if (extent.length) message.content_length(*extent.length);
    if (extent.chunked) message.chunked(true);
    std::ostringstream out;
    out << message.base();
    return std::move(out).str();
}

}  // namespace gangway::api
