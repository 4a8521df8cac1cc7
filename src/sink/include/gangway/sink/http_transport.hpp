#pragma once
/// One HTTP request and its answer, as an interface, so that tests answer without a network.

#include <gangway/base/error.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::sink {

/// Asked with each address, as text, before a connection is made to it: the egress policy. Called by any thread.
using address_check = std::function<bool(std::string_view)>;

inline constexpr std::size_t largest_answer = std::size_t{2} * 1024 * 1024;

struct http_request {
    std::string method;
    std::string url;  ///< percent-encoded; signed as it stands
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string_view body{};
    /// Takes the body of an answer of 200 to 299, piece by piece, in place of `http_answer::body`.
    std::function<void(std::string_view)> on_body{};
};

struct http_answer {
    int status = 0;
    std::map<std::string, std::string> headers{};  ///< names in lower case
    std::string body{};                            ///< at most `largest_answer`

    /// The header's value, or nothing.
    [[nodiscard]] std::string_view header(std::string_view name) const {
        const auto found = headers.find(std::string{name});
        return found == headers.end() ? std::string_view{} : found->second;
    }
};

class http_transport {
  public:
    virtual ~http_transport() = default;
    /// Any answer is a success here. Errors: `unavailable` (no connection, a timeout, an answer cut off), `refused`
    /// (the server's certificate), `bad_answer` (an answer that is too large or no HTTP), `cancelled`.
    [[nodiscard]] virtual base::result<http_answer> perform(const http_request& request) = 0;
};

struct http_limits {
    std::chrono::milliseconds whole{10'000};  ///< from the name to the end of the answer
    std::size_t answer = 65'536;              ///< octets of the body; the rest is not waited for
};

/// HTTP and https by libcurl, for messages to whoever wants them. May be used by several threads. No proxy, no .netrc,
/// no redirects; the server's certificate is checked against the authorities of the system or, unless that is empty,
/// those in `ca_file` (PEM). `may_reach` is empty: every address may be reached. After `stop` requests end as
/// `cancelled`, within a second or so.
[[nodiscard]] std::unique_ptr<http_transport> make_http_transport(http_limits limits,
                                                                  const std::filesystem::path& ca_file,
                                                                  address_check may_reach, std::stop_token stop);

}  // namespace gangway::sink
