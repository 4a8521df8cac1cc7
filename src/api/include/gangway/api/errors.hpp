#pragma once
/// Why an HTTP request is not served.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace gangway::api {

enum class errc {
    bad_request = 1,         ///< malformed HTTP, JSON or query
    unauthorized,            ///< no API token, or a wrong one
    forbidden_origin,        ///< a Host or Origin that is not ours: a web page of somebody else's asks
    forbidden,               ///< the token's role is too small for this
    not_found,               ///< no such route or resource
    method_not_allowed,      ///< fact "allow"
    request_timeout,         ///< the request did not arrive in time
    uri_too_long,            ///< the request target is longer than allowed
    headers_too_large,       ///< the request's head is longer than allowed, or has too many fields
    already_exists,          ///< a name is taken; fact "field"
    conflict,                ///< the resource is in another state than the request takes for granted
    gone,                    ///< it was there, and something else ended it
    locked,                  ///< another request changes it just now
    checksum_mismatch,       ///< the octets are not those that the client's digest is about
    precondition_failed,     ///< If-Match and its kind: the file is not what the client thinks
    range_not_satisfiable,   ///< a Range outside of the file; fact "size"
    payload_too_large,       ///< the body is longer than this route takes
    unsupported_media_type,  ///< not JSON in UTF-8
    expectation_failed,      ///< an Expect that is not 100-continue
    too_many_requests,       ///< connections or memory are used up; fact "retryAfter", seconds
    client_gone,             ///< the client hung up before the answer; nobody sees this but the log
    internal_error,          ///< a bug or a lost resource
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

/// An error of phase request.
[[nodiscard]] base::error refusal(errc code, std::string message);
/// The same, ready to be returned from a function that returns a result.
[[nodiscard]] std::unexpected<base::error> refuse(errc code, std::string message);

}  // namespace gangway::api

template <>
struct std::is_error_code_enum<gangway::api::errc> : std::true_type {};
