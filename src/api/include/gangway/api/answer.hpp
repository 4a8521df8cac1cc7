#pragma once
/// What a request is answered with, before it becomes HTTP.

#include <gangway/api/streams.hpp>
#include <gangway/base/error.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::api {

struct answer_header {
    std::string name;
    std::string value;
    friend bool operator==(const answer_header&, const answer_header&) = default;
};

struct answer {
    unsigned status = 200;
    std::vector<answer_header> headers{};  ///< beside those that every answer has, or in their place
    std::string body{};                    ///< JSON unless a header says otherwise, or empty
    /// The body where it is made while it is sent; `body` is then empty. It never runs for HEAD.
    std::unique_ptr<streamed_body> stream{};
    /// The octets that `stream` will send, or would for HEAD. Without it the client gets chunks.
    std::optional<std::uint64_t> length{};
    // For the access log:
    std::string code{};       ///< of an error
    std::string operation{};  ///< "list", …
    std::string host{};       ///< the server that was asked, "host:port"
};

/// Status and stable code of an error, by the design's table.
struct error_class {
    unsigned status;
    std::string_view code;
};

/// Every code of every room has an entry; anything else is a bug of ours: 500 `internal_error`.
[[nodiscard]] error_class classify(const std::error_code& code) noexcept;
/// All codes that answers can have, sorted.
[[nodiscard]] std::span<const std::string_view> all_error_codes();

/// `{"success":false,"error":…,"code":…,"phase":…}` with the error's facts as further fields; `isCloudflare` is a JSON
/// boolean and `retryAfter` a number. The facts `allow` and `retryAfter` are headers as well, and 401 says how to
/// authenticate.
[[nodiscard]] answer error_answer(const base::error& why);

}  // namespace gangway::api
