#pragma once
/// Private-key files from outside, decoded here and nowhere else: the SSH library only ever sees `to_openssh()`.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace gangway::crypto {

enum class key_type : std::uint8_t { ed25519, ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa };

/// A private key whose public half has been recomputed from it. Movable; a moved-from key is good for nothing.
class private_key {
  public:
    struct deleter {
        void operator()(evp_pkey_st* key) const noexcept;
    };
    using handle = std::unique_ptr<evp_pkey_st, deleter>;

    /// For this room: `key` is checked, of type `type`, and `public_blob` is its public half.
    private_key(key_type type, std::string public_blob, handle key) noexcept;

    [[nodiscard]] key_type type() const noexcept { return type_; }
    /// The public key on the wire: RFC 4253 section 6.6 (RSA), RFC 5656 section 3.1 (ECDSA), RFC 8709 section 4.
    [[nodiscard]] const std::string& public_blob() const noexcept { return public_blob_; }
    /// The name of the key format: "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", …
    [[nodiscard]] std::string algorithm() const;
    /// The key as an OpenSSH private-key file WITHOUT encryption or comment. Fails with `crypto_failure` only.
    [[nodiscard]] base::result<base::secret> to_openssh() const;

    friend base::result<std::string> sign(const private_key& key, std::string_view algorithm, std::string_view octets);

  private:
    key_type type_;
    std::string public_blob_;
    handle key_;
};

/// What a key file may cost. The defaults stand for about two seconds of one core.
struct key_limits {
    std::size_t file_size = std::size_t{64} << 10;        ///< octets of the file as it came
    std::size_t passphrase_size = std::size_t{64} << 10;  ///< octets
    std::uint32_t bcrypt_rounds = 512;                    ///< OpenSSH files; ssh-keygen writes 16 unless told otherwise
    std::chrono::milliseconds kdf_time{2000};             ///< of computation for bcrypt, looked at after every round
    std::uint64_t pbkdf2_work = 1'000'000;                ///< PKCS#8: iterations × digests needed for the cipher's key
    std::uint64_t scrypt_work = std::uint64_t{4} << 20;   ///< PKCS#8: N × r × p
    std::uint64_t scrypt_memory = std::uint64_t{64} << 20;  ///< PKCS#8: octets
};

/// Decodes a private-key file: OpenSSH (all its ciphers, kdf none and bcrypt), traditional PEM (RSA, EC; DES-EDE3 and
/// AES in CBC mode) and PKCS#8 (RSA, EC, Ed25519; PBES2 with PBKDF2 or scrypt, and PKCS#12's SHA-1 with 3DES).
/// Ed25519, ECDSA on the NIST curves P-256, P-384 and P-521, RSA of 1024 to 16384 bits.
///
/// Line ends may be LF, CR LF, or the two characters `\n` where the text has no real line end; text around the key is
/// ignored, and so is the passphrase of a key that is not encrypted. The halves of the key are checked against each
/// other. The costs a file asks for are checked before they are spent.
///
/// Blocks for up to `kdf_time` of computation: call it on a worker thread. All errors have `phase::request` and codes
/// of `crypto::errc`.
[[nodiscard]] base::result<private_key> decode_private_key(const base::secret& file, const base::secret& passphrase,
                                                           const key_limits& limits = {});

}  // namespace gangway::crypto
