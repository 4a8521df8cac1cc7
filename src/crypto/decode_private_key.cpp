#include "armor.hpp"
#include "asn1_keys.hpp"
#include "failures.hpp"
#include "openssh_file.hpp"
#include "openssl_handles.hpp"
#include "pem_encryption.hpp"
#include "pkcs8_encryption.hpp"

#include <gangway/crypto/private_key.hpp>

#include <string>

namespace gangway::crypto {
namespace {

/// Decodes what a passphrase decrypted to. Neither padding nor DER authenticate, so that noise is the sign of a wrong
/// passphrase.
base::result<private_key> decode_decrypted(const base::result<secret_octets>& der,
                                           base::result<private_key> (*decode)(std::string_view)) {
    if (!der) return std::unexpected(der.error());
    auto key = decode(view(*der));
    if (!key && key.error().code == errc::bad_private_key) return wrong_passphrase();
    return key;
}

/// A traditional PEM block, encrypted or not.
base::result<private_key> decode_pem(const key_block& block, std::string_view octets, std::string_view passphrase,
                                     base::result<private_key> (*decode)(std::string_view)) {
    if (!is_pem_encrypted(block.headers)) return decode(octets);
    return decode_decrypted(decrypt_pem(block.headers, octets, passphrase), decode);
}

base::result<private_key> decode_text(std::string_view text, std::string_view passphrase, const key_limits& limits) {
    const auto block = find_key_block(text);
    if (!block) return std::unexpected(block.error());
    const auto octets = decode_block(block->base64);
    if (!octets) return damaged("it is not base64");
    switch (block->encoding) {
        case key_encoding::openssh:
            return decode_openssh(view(*octets), passphrase, limits);
        case key_encoding::pkcs1:
            return decode_pem(*block, view(*octets), passphrase, decode_pkcs1);
        case key_encoding::sec1:
            return decode_pem(*block, view(*octets), passphrase, decode_sec1);
        case key_encoding::pkcs8:
            return decode_pkcs8(view(*octets));
        case key_encoding::encrypted_pkcs8:
            return decode_decrypted(decrypt_pkcs8(view(*octets), passphrase, limits), decode_pkcs8);
    }
    return damaged("its encoding is unknown");
}

}  // namespace

base::result<private_key> decode_private_key(const base::secret& file, const base::secret& passphrase,
                                             const key_limits& limits) {
    if (file.view().size() > limits.file_size)
        return refuse(errc::bad_private_key,
                      "the private key is longer than " + std::to_string(limits.file_size) + " octets");
    if (passphrase.view().size() > limits.passphrase_size)
        return refuse(errc::passphrase_wrong,
                      "the passphrase is longer than " + std::to_string(limits.passphrase_size) + " octets");
    const error_queue_guard errors;
    const auto unescaped = unescape_line_ends(file.view());
    return decode_text(unescaped ? view(*unescaped) : file.view(), passphrase.view(), limits);
}

}  // namespace gangway::crypto
