#pragma once
/// The text around a key: `-----BEGIN …-----`, headers, base64 (RFC 7468, RFC 1421).

#include "secret_octets.hpp"

#include <gangway/base/error.hpp>

#include <optional>
#include <string_view>

namespace gangway::crypto {

/// The encodings of a private key that are understood, by the labels of their blocks.
enum class key_encoding { openssh, pkcs1, sec1, pkcs8, encrypted_pkcs8 };

/// One block. Views live as long as the text.
struct key_block {
    key_encoding encoding;
    std::string_view headers;  ///< RFC 1421 section 4.6 lines between the BEGIN line and an empty line; mostly empty
    std::string_view base64;
};

/// The first private key in `text`, whatever stands before it: EC parameters, certificates, a mail. If there is none,
/// the error says what the text is instead, as far as that is plain to see.
[[nodiscard]] base::result<key_block> find_key_block(std::string_view text);

/// The octets of a block's base64, in which white space does not matter; nothing if it is not base64.
[[nodiscard]] std::optional<secret_octets> decode_block(std::string_view base64);

/// `text` with `\n` and `\r` written as two characters made line ends again, as keys cut out of JSON have them; nothing
/// if it has real line ends, or neither.
[[nodiscard]] std::optional<secret_octets> unescape_line_ends(std::string_view text);

}  // namespace gangway::crypto
