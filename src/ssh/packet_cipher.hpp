#pragma once
/// Encryption and authentication of binary packets (RFC 4253 section 6), one object per direction and set of keys.

#include <gangway/base/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace gangway::ssh {

enum class direction : bool { open, seal };

/// A packet is, at `packet`: the four octets of `length`, then `length` octets (padding length, payload, padding), then
/// `tag` octets. Everything happens in place. The octets of a packet pass once, in order: contexts count with them.
class packet_cipher {
  public:
    struct shape {
        std::size_t block;        ///< what the padded part is a multiple of
        std::size_t head;         ///< octets needed before the length is known
        std::size_t tag;          ///< octets behind the packet
        bool length_is_separate;  ///< the length field is not part of what is padded (AEAD and encrypt-then-MAC)
    };

    explicit packet_cipher(shape form) noexcept : form_(form) {}
    packet_cipher(const packet_cipher&) = delete;
    packet_cipher& operator=(const packet_cipher&) = delete;
    virtual ~packet_cipher() = default;

    [[nodiscard]] const shape& form() const noexcept { return form_; }

    /// The length of the packet that begins at `packet`, of which `head` octets are there. Not yet authenticated, and
    /// not checked: any 32 bits. Called once per packet, before `open`.
    [[nodiscard]] virtual std::uint32_t open_length(std::uint32_t sequence, char* packet) = 0;
    /// Checks the tag and decrypts. False if the packet is not what the peer sealed; it is then good for nothing.
    [[nodiscard]] virtual bool open(std::uint32_t sequence, char* packet, std::size_t length) = 0;
    /// Encrypts and writes the tag.
    virtual void seal(std::uint32_t sequence, char* packet, std::size_t length) = 0;

  private:
    shape form_;
};

/// Key material of one direction (RFC 4253 section 7.2).
struct cipher_keys {
    base::secret key;
    base::secret iv;
    base::secret mac_key;
};
struct cipher_sizes {
    std::size_t key, iv, mac_key;
};

/// What `make_cipher` needs for these names, which this room implements. `mac` is ignored if the cipher authenticates.
[[nodiscard]] cipher_sizes sizes_of(std::string_view cipher, std::string_view mac);
/// Whether the cipher brings its own authentication.
[[nodiscard]] bool authenticates(std::string_view cipher) noexcept;
[[nodiscard]] std::unique_ptr<packet_cipher> make_cipher(std::string_view cipher, std::string_view mac,
                                                         const cipher_keys& keys, direction way);
/// Before the first key exchange: no encryption, no tag.
[[nodiscard]] std::unique_ptr<packet_cipher> make_plain_cipher();

// The families, for `make_cipher`.
[[nodiscard]] std::unique_ptr<packet_cipher> make_gcm_cipher(const cipher_keys& keys, direction way);
[[nodiscard]] std::unique_ptr<packet_cipher> make_chacha20_poly1305_cipher(const cipher_keys& keys);
/// `digest` is libcrypto's name of the hash of the HMAC.
[[nodiscard]] std::unique_ptr<packet_cipher> make_ctr_cipher(const cipher_keys& keys, direction way, const char* digest,
                                                             bool encrypt_then_mac);

}  // namespace gangway::ssh
