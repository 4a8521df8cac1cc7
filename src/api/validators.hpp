#pragma once
/// How a client tells which version of a file it means (RFC 9110 sections 8.8 and 13).

#include <gangway/api/resource_request.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

/// The entity tag of a file, from its size and time: "1a2b-65a52f00" in quotes; empty where the server tells either
/// not. It is a strong one: what keeps its size within the second in which it changes twice goes unnoticed, as with
/// every server that works this way.
[[nodiscard]] std::string entity_tag(const sftp::attributes& about);

/// "Thu, 15 Jan 2026 12:00:00 GMT".
[[nodiscard]] std::string http_date(std::uint32_t seconds);
/// The same back. Nothing for other forms: RFC 9110 section 5.6.7 has two more that nobody sends.
[[nodiscard]] std::optional<std::uint32_t> parse_http_date(std::string_view text);

enum class verdict : std::uint8_t { go_on, not_modified, failed };

/// Whether the conditions of a request hold for a file, in the order of RFC 9110 section 13.2.2. `about` is empty if
/// there is none. `not_modified` comes only for GET and HEAD.
[[nodiscard]] verdict check_conditions(const resource_request& request, const std::optional<sftp::attributes>& about);

/// Whether a Range counts: there is no If-Range, or it names this very version.
[[nodiscard]] bool range_applies(const resource_request& request, const sftp::attributes& about);

}  // namespace gangway::api
