#pragma once
/// The head of an HTTP/1 request: found, checked and taken apart, octet for octet (RFC 9112).
///
/// Beast's parser accepts what must not be accepted from a client on the other side of a proxy: folded lines, lists of
/// lengths, transfer codings besides `chunked`. So every head passes here first, and whatever is said in two ways, or
/// in a way that another implementation could read differently, is refused.

#include <gangway/base/error.hpp>
#include <gangway/net/asio.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gangway::api {

struct head_limits {
    std::size_t octets = 16U * 1024;  ///< with the empty line
    std::size_t target = 8U * 1024;
    std::size_t fields = 100;
};

/// Looks for the end of a head in octets that grow, each of them once.
class head_scanner {
  public:
    explicit head_scanner(head_limits limits = {}) : limits_(limits) {}
    /// `octets` are all that came so far. The length of the head, with its empty line, or nothing: more is needed.
    /// Errors, as soon as they show: `bad_request` for a line end that is not CR LF, NUL and other control characters;
    /// `headers_too_large`.
    [[nodiscard]] base::result<std::optional<std::size_t>> scan(std::string_view octets);

  private:
    head_limits limits_;
    std::size_t seen_ = 0;
    std::size_t line_start_ = 0;
};

struct header_field {
    std::string_view name;
    std::string_view value;  ///< without the white space around it
};

/// Views into the octets that were parsed.
struct request_head {
    std::string_view method;
    std::string_view target;
    bool http_1_0 = false;
    std::vector<header_field> fields{};
    net::asio::ip::address peer{};  ///< who sent it; not of these octets

    /// The target up to the first `?`: compared as it is with the routes, never decoded.
    [[nodiscard]] std::string_view path() const noexcept { return target.substr(0, target.find('?')); }
    /// What follows the first `?`; nothing if there is none.
    [[nodiscard]] std::optional<std::string_view> query() const noexcept;
    /// The first field of this name, in any case.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
};

/// How the body follows, and what the connection does after it.
struct framing {
    std::optional<std::uint64_t> content_length{};
    bool chunked = false;
    bool expects_continue = false;
    bool keep_alive = false;

    [[nodiscard]] bool has_body() const noexcept { return chunked || content_length.value_or(0) != 0; }
};

/// Takes a complete head apart. Errors: `bad_request`, `uri_too_long`, `headers_too_large`.
[[nodiscard]] base::result<request_head> parse_head(std::string_view octets, head_limits limits = {});

/// Errors: `bad_request` for anything but one decimal Content-Length or one `Transfer-Encoding: chunked` (not in
/// HTTP/1.0), for Host missing (HTTP/1.1) or given twice; `expectation_failed`.
[[nodiscard]] base::result<framing> framing_of(const request_head& head);

/// Whether two ASCII texts are equal in any case.
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;
/// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

}  // namespace gangway::api
