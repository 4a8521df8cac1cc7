#pragma once
/// Packets into octets, encrypted in place in one contiguous queue (RFC 4253 section 6).

#include "packet_cipher.hpp"

#include <gangway/ssh/options.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gangway::ssh {

class packet_writer {
  public:
    explicit packet_writer(random_source random);

    /// Appends octets that are no packet: the identification line.
    void write_raw(std::string_view octets) { output_ += octets; }
    /// Appends one packet whose payload is the pieces, one behind the other; at least one octet. If it throws, because
    /// libcrypto failed, nothing was appended, and there must be no further packet.
    void write(std::span<const std::string_view> pieces);

    [[nodiscard]] std::string_view output() const noexcept { return std::string_view(output_).substr(sent_); }
    void consumed(std::size_t count) noexcept;
    void trim();

    void switch_to(std::unique_ptr<packet_cipher> cipher, bool restart_sequence);
    /// Since the latest keys.
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

  private:
    void make_room(std::size_t count);

    random_source random_;
    std::unique_ptr<packet_cipher> cipher_ = make_plain_cipher();
    std::string output_;
    std::size_t sent_ = 0;  ///< octets at the front of `output_` that have left
    std::uint32_t sequence_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t octets_ = 0;
};

}  // namespace gangway::ssh
