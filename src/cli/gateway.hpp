#pragma once
/// The HTTP API of a gateway, as the commands that administer it use it.

#include <gangway/net/asio.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::cli {

struct api_call {
    std::string_view method;                  ///< a literal
    std::string target;                       ///< "/api/v1/connections?limit=500": octets of a URL already
    boost::json::object body{};               ///< sent unless the method is GET or DELETE; may hold a secret
    std::optional<std::uint64_t> revision{};  ///< If-Match: only if it still is this one
    std::chrono::milliseconds patience{std::chrono::minutes{3}};  ///< for the whole answer
};

class gateway {
  public:
    virtual ~gateway() = default;
    /// The JSON object that is the answer; {"success":true} where it has no body. Errors: those that the gateway tells
    /// (`told_error`), and of `net` when it cannot be reached. Cancelling closes the connection; the gateway may have
    /// done what it was asked.
    [[nodiscard]] virtual net::async_result<boost::json::object> call(api_call wanted) = 0;
};

/// `text` as one segment of a path, or one value of a query (RFC 3986 section 2.1).
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// What an answer says: its object if the status is a success. Errors: `told_error`; `bad_message` for what no gateway
/// answers, with advice.
[[nodiscard]] base::result<boost::json::object> understood(unsigned status, std::string_view body);

/// A storage for JSON that may hold secrets: zeroed when it is given back.
[[nodiscard]] boost::json::storage_ptr wiping_storage();

}  // namespace gangway::cli
