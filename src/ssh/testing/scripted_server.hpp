#pragma once
/// For tests: the server side of the transport, built on the same packets, with a script of faults.

#include "../algorithms.hpp"
#include "../key_schedule.hpp"
#include "../packet_reader.hpp"
#include "../packet_writer.hpp"

#include <gangway/crypto/private_key.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::ssh::testing_support {

/// Deterministic octets, different for each seed.
[[nodiscard]] random_source seeded_random(std::uint64_t seed);
/// A key of crypto's test data, e.g. "ed25519", "rsa", "p256"; "new-…" is a P-256 key made now.
[[nodiscard]] const crypto::private_key& test_key(const std::string& name);

/// How the server behaves. One algorithm of each kind.
struct server_script {
    std::string key_exchange = "curve25519-sha256";
    std::string host_key = "ssh-ed25519";
    std::string key = "ed25519";  ///< the file of the host key
    std::string cipher = "aes128-gcm@openssh.com";
    std::string mac = "hmac-sha2-256";
    bool strict = true;
    std::string identification = "SSH-2.0-Scripted_1.0";
    std::string first_key_exchanges{};  ///< names put before `key_exchange` in KEXINIT
    bool guess = false;                 ///< says that a guess follows, and sends an IGNORE-like message 31 as the guess

    // Faults: payloads put in at a place, and values put in another's stead.
    std::vector<std::string> before_kexinit{}, before_reply{}, before_newkeys{}, after_newkeys{};
    std::optional<std::string> public_value{};                   ///< Q_S, or f as a magnitude
    std::optional<std::pair<std::string, std::string>> group{};  ///< of the group exchange: p and g as magnitudes
    std::string signing_key{};                                   ///< another file than `key`
    bool damage_signature = false;
};

class scripted_server {
  public:
    explicit scripted_server(server_script script);

    /// Takes octets from the client, answers its key exchanges, and puts other payloads into `inbox`.
    void receive(std::string_view octets);
    [[nodiscard]] std::string take_output();
    /// Sends a payload under the current keys.
    void send(std::string_view payload);
    /// Begins a key exchange; from then on the script may be another.
    void rekey(server_script script);

    std::vector<std::string> inbox;
    [[nodiscard]] unsigned exchanges() const noexcept { return exchanges_; }
    [[nodiscard]] const std::string& session_id() const noexcept { return session_id_; }
    [[nodiscard]] bool exchanging() const noexcept { return exchanging_; }

  private:
    void take(std::string_view payload);
    void send_kexinit();
    void take_exchange_message(std::string_view payload);
    void reply(std::uint8_t number, std::string hash_part, std::string_view our_value, bool as_magnitude,
               std::string_view shared);
    void send_all(const std::vector<std::string>& payloads);

    server_script script_;
    random_source random_ = seeded_random(2);
    packet_reader in_{std::size_t{1} << 20, std::size_t{1} << 20};
    packet_writer out_{random_};
    exchange_transcript said_;
    bool identified_ = false;
    bool exchanging_ = true;
    bool kexinit_sent_ = false;
    unsigned exchanges_ = 0;
    std::string session_id_;
    std::string gex_sizes_;
    std::unique_ptr<packet_cipher> next_in_;
};

}  // namespace gangway::ssh::testing_support
