#pragma once
/// One answer of the server, with the octets it lies in.

#include <gangway/sftp/codec.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace gangway::sftp {

/// A message's body as received. A vector, because moving one leaves its octets where they are: views stay valid.
using frame = std::vector<char>;

/// Owns a frame; what `as` returns are views into it. They live as long as this reply, or the one it is moved to.
class reply {
  public:
    /// `label` names the request in error texts and has static lifetime. An empty frame is malformed.
    reply(frame octets, std::string_view label) noexcept : octets_(std::move(octets)), label_(label) {}
    reply(reply&&) noexcept = default;
    reply& operator=(reply&&) noexcept = default;
    reply(const reply&) = delete;
    reply& operator=(const reply&) = delete;
    ~reply() = default;

    [[nodiscard]] packet_type type() const noexcept {
        return octets_.empty() ? packet_type{} : static_cast<packet_type>(octets_.front());
    }
    [[nodiscard]] std::string_view body() const noexcept { return {octets_.data(), octets_.size()}; }

    /// The answer as the request's `reply_type`. A STATUS instead of it is the error it names, an OK instead of it a
    /// protocol error. `as<status_reply>()` is the STATUS itself, whatever it says.
    template <message Message>
    [[nodiscard]] base::result<Message> as() const& {
        if (Message::type != packet_type::status && type() == packet_type::status) return std::unexpected(refusal());
        auto value = decode<Message>(body());
        if (!value) return std::unexpected(malformed());
        return *std::move(value);
    }
    template <message Message>
    void as() const&& = delete;

    /// For requests that only succeed or fail: STATUS OK, or the error that the STATUS names.
    [[nodiscard]] base::result<void> succeeded() const;

    /// The octets, to be used again.
    [[nodiscard]] frame release() && noexcept { return std::move(octets_); }

  private:
    [[nodiscard]] base::error refusal() const;
    [[nodiscard]] base::error malformed() const;

    frame octets_;
    std::string_view label_;
};

}  // namespace gangway::sftp
