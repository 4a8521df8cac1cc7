#pragma once
/// Cuts a stream of octets into messages.

#include <gangway/sftp/protocol.hpp>
#include <gangway/sftp/reply.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gangway::sftp::detail {

enum class frame_step : std::uint8_t {
    starved,     ///< all octets are taken; more are needed
    complete,    ///< a message is whole: `take()` it
    oversized,   ///< a message longer than `max_message` has begun: `allow()` it, or give up
    bad_length,  ///< no message has this length
};

/// Holds one message in progress. A length is a claim: space for at most 64 KiB is reserved ahead of the octets, then
/// it at most doubles as they come.
class frame_reader {
  public:
    /// Takes octets off the front of `octets` until something can be said. A message longer than `longest` is a
    /// `bad_length`.
    [[nodiscard]] frame_step feed(std::string_view& octets, std::uint32_t longest);

    /// After `complete`: the body. The next message may begin.
    [[nodiscard]] frame take();
    /// After `oversized`: go on with this message.
    void allow() noexcept { allowed_ = true; }
    /// After `oversized` or `complete`: the message's type and id.
    [[nodiscard]] packet_type type() const noexcept;
    [[nodiscard]] request_id id() const noexcept;

    /// The length field as far as it came, as octets.
    [[nodiscard]] std::string_view head() const noexcept { return {head_.data(), head_size_}; }
    [[nodiscard]] std::uint32_t length() const noexcept;

    /// Keeps a large used frame for the next large message; a few of them.
    void recycle(frame used);
    void drop_spares() noexcept { spares_.clear(); }
    [[nodiscard]] std::size_t spares() const noexcept { return spares_.size(); }
    /// Octets reserved for the message in progress.
    [[nodiscard]] std::size_t space() const noexcept { return body_.capacity(); }

  private:
    void begin();
    void append(std::string_view& octets);

    std::array<char, 4> head_{};   ///< the length field
    std::size_t head_size_ = 0;    ///< how much of it is here
    frame body_{};                 ///< what is here of the body
    bool allowed_ = false;         ///< may this message be longer than usual?
    std::vector<frame> spares_{};  ///< used frames, empty, with their space
};

}  // namespace gangway::sftp::detail
