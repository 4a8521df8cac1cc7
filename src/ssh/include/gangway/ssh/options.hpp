#pragma once
/// What a client offers and what it puts up with.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gangway::ssh {

/// Names of RFC 4250 section 4.11, the preferred one first. Names this room does not implement are refused by
/// `client`'s constructor (`std::invalid_argument`).
struct algorithm_preferences {
    std::vector<std::string> key_exchanges;
    std::vector<std::string> host_keys;
    std::vector<std::string> ciphers;
    std::vector<std::string> macs;
};

/// Everything implemented, in the order to prefer: AES-GCM first where the processor has AES instructions, else
/// ChaCha20. "ssh-rsa" (SHA-1) is not implemented.
[[nodiscard]] algorithm_preferences default_algorithms();

/// Bounds on what the server can make us hold or do.
struct limits {
    std::size_t unauthenticated_octets = std::size_t{256} << 10;  ///< received before the login succeeded
    std::size_t unauthenticated_packet = 35'000;                  ///< RFC 4253 section 6.1
    std::size_t packet = std::size_t{256} << 10;                  ///< packet_length once logged in
    std::size_t receive_buffer = std::size_t{256} << 10;          ///< how far it grows on a busy connection
    std::size_t output = std::size_t{256} << 10;                  ///< queued output at which `write` takes no more
    std::size_t deferred = std::size_t{64} << 10;                 ///< replies kept while keys are exchanged
    std::size_t banner = std::size_t{8} << 10;                    ///< octets of login banners that are kept
    std::size_t channel_stderr = std::size_t{8} << 10;            ///< octets of extended data kept per channel
    std::size_t channels = 64;                                    ///< open at once
    unsigned login_requests = 20;                                 ///< RFC 4252 section 4 suggests 20
    unsigned prompt_rounds = 8;                                   ///< keyboard-interactive requests in one login
    unsigned prompts = 16;                                        ///< in one round
    std::size_t prompt_text = 1024;                               ///< octets of one prompt, the name or the instruction
    unsigned unauthenticated_exchanges = 3;                       ///< key exchanges before the login succeeded
    std::uint64_t rekey_octets = std::uint64_t{1} << 30;          ///< RFC 4253 section 9, either direction
    std::uint64_t rekey_packets = std::uint64_t{1} << 31;         ///< RFC 4344 section 3.1, either direction
};

/// Fills a span with octets nobody can predict. Must not fail: it throws if the source is lost.
using random_source = std::function<void(std::span<unsigned char>)>;
/// libcrypto's generator.
void system_random(std::span<unsigned char> out);

struct options {
    std::string software = "Gangway";  ///< of our identification line: printable US-ASCII without blanks or '-'
    algorithm_preferences algorithms = default_algorithms();
    limits bounds{};
    random_source random = system_random;
    /// The most data the server may put into one packet. `client` throws `std::invalid_argument` unless a packet of
    /// `bounds.packet` takes it with 64 octets to spare.
    std::uint32_t channel_packet = std::uint32_t{32} << 10;
};

}  // namespace gangway::ssh
