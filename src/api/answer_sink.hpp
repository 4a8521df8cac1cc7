#pragma once
/// The body of one answer, written to its connection piece by piece.

#include <gangway/api/http_limits.hpp>
#include <gangway/api/streams.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gangway::api {

/// How the client finds the end of a body: by its length, by the last chunk, or (HTTP/1.0) by the connection's end.
struct body_extent {
    std::optional<std::uint64_t> length{};
    bool chunked = false;
};

/// Everything it refers to outlives it.
class answer_sink final : public body_sink {
  public:
    /// `head` is the complete head of the answer.
    answer_sink(net::tcp::socket& socket, const http_limits& limits, std::string head, body_extent extent);

    [[nodiscard]] net::async_result<void> write(std::string_view octets) override;
    /// Marks the end, where it has to be marked. Errors: `client_gone`; `internal_error` if the body is shorter than
    /// was said.
    [[nodiscard]] net::async_result<void> finish();
    /// Whether the client may have seen anything of the answer.
    [[nodiscard]] bool begun() const noexcept { return begun_; }
    /// Octets on the connection, the head's and the chunk marks included.
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

  private:
    [[nodiscard]] net::async_result<void> write_here(std::string_view octets);
    [[nodiscard]] net::async_result<void> send(std::string_view before, std::string_view octets,
                                               std::string_view after);

    net::tcp::socket& socket_;
    const http_limits& limits_;
    std::string head_;
    body_extent extent_;
    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;
    bool begun_ = false;
};

}  // namespace gangway::api
