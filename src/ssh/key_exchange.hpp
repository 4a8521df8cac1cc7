#pragma once
/// The methods of key exchange, as a client sees them.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/ssh/options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::ssh {

/// What a finished exchange yields, before the signature is checked.
struct exchange_result {
    std::string host_key;        ///< K_S: the blob
    std::string signature;       ///< over the exchange hash
    std::string hash_part;       ///< what the method puts between K_S and K in the exchange hash
    base::secret shared_secret;  ///< K as it is hashed: an mpint with its length field
};

/// One run of one method. Messages are payloads with their number.
class key_exchange {
  public:
    struct step {
        std::string send;  ///< a message to send now, if not empty
        std::optional<exchange_result> finished{};
    };

    key_exchange() = default;
    key_exchange(const key_exchange&) = delete;
    key_exchange& operator=(const key_exchange&) = delete;
    virtual ~key_exchange() = default;

    /// Our first message. Called once, first.
    [[nodiscard]] virtual std::string start() = 0;
    /// The next message of the numbers 30 to 49. Errors: `key_exchange_failed`, `protocol_error`.
    [[nodiscard]] virtual base::result<step> receive(std::string_view payload) = 0;
};

/// `name` is one of `algorithm_preferences::key_exchanges`. `safe_prime` outlives the run and is kept from one to the
/// next: the modulus that a group exchange found to be one last, big-endian, so that it need not find out again.
[[nodiscard]] std::unique_ptr<key_exchange> make_key_exchange(std::string_view name, const random_source& random,
                                                              std::string& safe_prime);

// The families, for `make_key_exchange`.
[[nodiscard]] std::unique_ptr<key_exchange> make_ecdh_exchange(std::string_view name, const random_source& random);
[[nodiscard]] std::unique_ptr<key_exchange> make_dh_exchange(std::string_view name, const random_source& random,
                                                             std::string& safe_prime);

}  // namespace gangway::ssh
