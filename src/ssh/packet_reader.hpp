#pragma once
/// Packets out of octets: length, decryption, authentication, padding (RFC 4253 section 6).

#include "packet_cipher.hpp"
#include "receive_buffer.hpp"

#include <gangway/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace gangway::ssh {

class packet_reader {
  public:
    /// `longest` is the greatest packet_length taken.
    packet_reader(std::size_t buffer_limit, std::size_t longest);

    /// The octets that came; the identification line is read from here too.
    [[nodiscard]] receive_buffer& buffer() noexcept { return buffer_; }

    /// The payload of the next packet, not empty, or nothing if it is not all there. It lives until the next call.
    /// Error: `bad_packet`, for ever.
    [[nodiscard]] base::result<std::optional<std::string_view>> next();

    /// Gives spare memory back. The payload returned last is then gone.
    void trim() noexcept;

    /// Keys for all packets from the next one on. Sequence numbers start at zero again with strict key exchange.
    void switch_to(std::unique_ptr<packet_cipher> cipher, bool restart_sequence);
    void set_longest(std::size_t longest) noexcept { longest_ = longest; }

    /// The number of the packet that `next` returned last.
    [[nodiscard]] std::uint32_t last_sequence() const noexcept { return sequence_ - 1; }
    /// Since the latest keys.
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

  private:
    [[nodiscard]] bool is_length(std::uint32_t length) const noexcept;

    receive_buffer buffer_;
    std::unique_ptr<packet_cipher> cipher_ = make_plain_cipher();
    std::size_t longest_;
    std::uint32_t sequence_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t octets_ = 0;
    std::optional<std::uint32_t> length_;  ///< of the packet at the front, once its head was opened
    std::size_t spent_ = 0;                ///< octets at the front whose payload has been handed out
};

}  // namespace gangway::ssh
