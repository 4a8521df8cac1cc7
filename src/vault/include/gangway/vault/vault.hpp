#pragma once
/// Seals secrets, and opens them for as long as they are used.
///
/// Envelope encryption: every secret is sealed with a random key of its own (XChaCha20-Poly1305), and that key with the
/// master key. Both are bound to the row they belong to and its purpose, the data key also to the version of the master
/// key: octets that are moved elsewhere do not open. Changing the master key touches the data keys only.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/crypto/locked_octets.hpp>
#include <gangway/crypto/private_key.hpp>
#include <gangway/model/signer.hpp>
#include <gangway/store/keys.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/vault/keyring.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace gangway::vault {

/// What a secret is bound to: its row.
struct secret_place {
    std::string_view owner_kind;  ///< `store::secrets::of_key`, …
    std::string_view owner_id;
    std::string_view purpose;  ///< `private_key`, `password`, …
};

inline constexpr std::string_view private_key_purpose = "private_key";
inline constexpr std::string_view password_purpose = "password";

/// Safe from any thread. Whoever holds a signer keeps what it needs; the vault may go first.
class vault {
  public:
    explicit vault(keyring keys);

    /// The row to store; sealed with the newest master key.
    [[nodiscard]] store::sealed_secret seal(const secret_place& where, std::string_view plain) const;
    /// Errors: `bad_secret`, `master_key_missing`.
    [[nodiscard]] base::result<crypto::locked_octets> open(const store::sealed_secret& row) const;
    /// The same secret under the newest master key; the secret itself is not opened. Errors: as of `open`.
    [[nodiscard]] base::result<store::sealed_secret> reseal(const store::sealed_secret& row) const;

    /// What `version` of the master key is recognised by later; nothing if it is not in the keyring.
    [[nodiscard]] std::optional<store::master_key> check_value(std::uint32_t version) const;
    /// Whether this keyring has the key that made `row`. Errors: `master_key_missing`, `wrong_master_key`.
    [[nodiscard]] base::result<void> check(const store::master_key& row) const;

    [[nodiscard]] keyring keys() const;
    [[nodiscard]] std::uint32_t current() const;
    /// From here on these are the master keys.
    void replace(keyring keys);

    /// Signs with the private key in `sealed`, which is opened for each signature and zeroed after it. Errors of
    /// `sign`: those of `open`, and of `crypto::sign`.
    [[nodiscard]] std::shared_ptr<const model::signer> signer(const store::connection_key& key,
                                                              store::sealed_secret sealed) const;
    /// The text of a secret, for a login that starts now: drop it when that is done.
    [[nodiscard]] base::result<base::secret> text(const store::sealed_secret& row) const;

  private:
    [[nodiscard]] std::shared_ptr<const keyring> shared_keys() const;

    mutable std::mutex mutex_{};
    std::shared_ptr<const keyring> keys_;  ///< under `mutex_`; shared with signers and calls under way
};

/// A new key pair: its public row, and its private half, sealed.
struct new_key {
    store::connection_key row;
    store::sealed_secret secret;
};

/// Makes a key pair for a connection. `comment` ends the line for authorized_keys. Takes seconds for RSA: call it on a
/// worker thread. Store both rows in one transaction. Errors: `crypto_failure` of crypto.
[[nodiscard]] base::result<new_key> generate_key(const vault& with, crypto::key_type type, std::string id,
                                                 std::string connection, std::string_view comment);

}  // namespace gangway::vault
