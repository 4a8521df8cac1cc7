#pragma once
/// What is told about each request.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::api {

/// One request and its answer. Texts that a client or a server chose are escaped and bounded; queries, headers and
/// bodies are never in it.
struct request_event {
    std::string method;                    ///< empty if the request was not HTTP
    std::string path;                      ///< without the query
    std::string_view route{};              ///< the route's path with its placeholders, static; empty if there is none
    unsigned status = 0;                   ///< 499: the client hung up first
    std::chrono::microseconds duration{};  ///< from the first octet of the request to the last of the answer
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::string client;     ///< address of the peer
    std::string operation;  ///< "list", …; empty where the request came to no operation
    std::string host;       ///< the server that was asked, "host:port", or empty
    std::string code;       ///< the error's, or empty
};

/// Called from any thread, several at once; must not throw.
class access_log {
  public:
    virtual ~access_log() = default;
    virtual void request(const request_event& event) noexcept = 0;
    /// Something went wrong that no client can mend: a bug or a lost resource.
    virtual void trouble(std::string_view where, std::string_view what) noexcept = 0;
};

}  // namespace gangway::api
