#pragma once
/// One HTTP request and its answer, as an interface, so that tests answer without a network.

#include <gangway/base/error.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::sink {

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

}  // namespace gangway::sink
