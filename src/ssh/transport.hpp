#pragma once
/// RFC 4253: identification, packets, key exchange and re-exchange. Knows nothing of users and channels.

#include "algorithms.hpp"
#include "identification.hpp"
#include "key_exchange.hpp"
#include "key_schedule.hpp"
#include "outbox.hpp"
#include "packet_reader.hpp"
#include "packet_writer.hpp"

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/ssh/options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::ssh {

/// What the transport hands up: a host key to decide about, or a message of the layers above. Lives until the next
/// call.
struct incoming {
    bool is_host_key;
    std::string_view octets;  ///< the key's blob, or the payload with its number
};

class transport final : public outbox {
  public:
    /// Queues our identification and KEXINIT at once: the server need not have spoken.
    explicit transport(const options& how);

    [[nodiscard]] std::span<char> receive_space();
    void received(std::size_t count);
    [[nodiscard]] std::string_view output() const noexcept { return writer_.output(); }
    void consumed(std::size_t count) noexcept { writer_.consumed(count); }
    void trim();

    /// A failure of libcrypto ends the connection like one of the server: after it the state may be half a step ahead.
    [[nodiscard]] base::result<std::optional<incoming>> next();
    /// The first error is kept and said to the server, without details.
    void fail(const base::error& why);
    [[nodiscard]] bool failed() const noexcept { return failure_.has_value(); }

    [[nodiscard]] bool awaits_decision() const noexcept { return exchange_ == exchange::deciding; }
    /// Only while a decision is awaited.
    void accept_host_key();
    /// From here on the server is trusted to use its share: larger packets, key exchanges at will.
    void set_authenticated();
    /// Starts a key exchange unless one is running.
    void rekey();
    void disconnect();
    /// Answers the message handed up last with UNIMPLEMENTED.
    void send_unimplemented();

    void send_pieces(std::span<const std::string_view> pieces) override;
    [[nodiscard]] std::size_t room() const noexcept override;

    [[nodiscard]] const std::string& server_identification() const noexcept { return said_.server_identification; }
    [[nodiscard]] const agreed_algorithms& algorithms() const noexcept { return agreed_; }
    /// The exchange hash of the first key exchange, or empty before it.
    [[nodiscard]] const std::string& session_id() const noexcept { return session_id_; }
    /// server-sig-algs of EXT_INFO, if the server sent it.
    [[nodiscard]] const std::optional<std::vector<std::string>>& signature_algorithms() const noexcept {
        return signature_algorithms_;
    }

  private:
    enum class exchange : std::uint8_t {
        none,              ///< keys are in use
        awaiting_kexinit,  ///< ours is sent; the server may still send anything
        awaiting_reply,    ///< both are sent; the method runs
        deciding,          ///< the signature is good; the caller looks at the host key
        awaiting_newkeys,  ///< ours is sent
    };

    using outcome = base::result<std::optional<incoming>>;

    [[nodiscard]] outcome advance();
    [[nodiscard]] base::result<bool> read_identification();
    [[nodiscard]] outcome take(std::string_view payload);
    [[nodiscard]] outcome take_generic(std::uint8_t number, std::string_view payload);
    [[nodiscard]] base::result<void> take_kexinit(std::string_view payload);
    [[nodiscard]] outcome take_exchange_message(std::string_view payload);
    [[nodiscard]] outcome conclude(exchange_result done);
    [[nodiscard]] base::result<void> take_newkeys(std::string_view payload);
    [[nodiscard]] base::result<void> take_ext_info(std::string_view payload);
    void start_exchange();
    void use_new_keys();
    void write(std::string_view payload);
    void put(std::span<const std::string_view> pieces);
    template <class Work>
    void guarded(Work work);
    [[nodiscard]] bool first_exchange() const noexcept { return !keyed_; }
    [[nodiscard]] bool sending_is_blocked() const noexcept;
    [[nodiscard]] bool input_is_held() const noexcept;
    [[nodiscard]] bool rekey_is_due() const noexcept;

    options how_;
    packet_reader reader_;
    packet_writer writer_;
    identification_scanner scanner_;
    exchange_transcript said_;

    exchange exchange_ = exchange::awaiting_kexinit;
    bool identified_ = false;     ///< has the server's identification been read?
    bool keyed_ = false;          ///< has the server's first NEWKEYS been read?
    bool strict_ = false;         ///< do both sides keep strict key exchange (OpenSSH PROTOCOL 1.10)?
    bool skip_guess_ = false;     ///< is the next packet a wrong guess?
    bool authenticated_ = false;  ///< is a user logged in?
    bool goodbye_ = false;        ///< has a DISCONNECT been sent?
    bool broken_ = false;         ///< has libcrypto failed, or memory run out? Then nothing more is said
    unsigned exchanges_ = 0;      ///< how many has the server begun?
    unsigned ext_infos_ = 0;      ///< how many EXT_INFO came?
    std::size_t received_ = 0;    ///< octets from the server before the login
    std::uint32_t refused_ = 0;   ///< the sequence number of the message handed up last

    agreed_algorithms agreed_;
    std::string safe_prime_;  ///< of the group exchange, if there was one
    std::unique_ptr<key_exchange> method_;
    std::unique_ptr<packet_cipher> next_in_, next_out_;
    std::string host_key_;  ///< the blob of the first key exchange
    std::string session_id_;
    std::optional<std::vector<std::string>> signature_algorithms_;
    std::vector<base::secret> deferred_;  ///< payloads waiting for the end of the exchange
    std::size_t deferred_octets_ = 0;
    std::optional<base::error> failure_;
};

}  // namespace gangway::ssh
