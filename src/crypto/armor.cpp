#include "armor.hpp"

#include "failures.hpp"

#include <sodium.h>

#include <array>

namespace gangway::crypto {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view dashes = "-----";

struct label {
    std::string_view text;
    key_encoding encoding;
};
constexpr std::array labels{
    label{"OPENSSH PRIVATE KEY", key_encoding::openssh},
    label{"RSA PRIVATE KEY", key_encoding::pkcs1},
    label{"EC PRIVATE KEY", key_encoding::sec1},
    label{"PRIVATE KEY", key_encoding::pkcs8},
    label{"ENCRYPTED PRIVATE KEY", key_encoding::encrypted_pkcs8},
};

/// What people send by mistake, most telling first.
struct mistake {
    std::string_view sign;
    errc code;
    std::string_view advice;
};
constexpr std::string_view public_half = "this is a public key: send the private half";
constexpr std::array mistakes{
    mistake{"PuTTY-User-Key-File-", errc::unsupported_key,
            "this is a PuTTY key: convert it with puttygen KEY.ppk -O private-openssh -o KEY"},
    mistake{"-----BEGIN DSA PRIVATE KEY-----", errc::unsupported_key, "DSA keys are not supported: use an Ed25519 key"},
    mistake{"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", errc::unsupported_key,
            "this is a key of ssh.com: convert it with ssh-keygen -i -f KEY"},
    mistake{"SSH PRIVATE KEY FILE FORMAT 1.1", errc::unsupported_key, "keys of SSH version 1 are not supported"},
    mistake{"PUBLIC KEY-----", errc::bad_private_key, public_half},
    mistake{"---- BEGIN SSH2 PUBLIC KEY ----", errc::bad_private_key, public_half},
    mistake{"ssh-ed25519 AAAA", errc::bad_private_key, public_half},
    mistake{"ssh-rsa AAAA", errc::bad_private_key, public_half},
    mistake{"ssh-dss AAAA", errc::bad_private_key, public_half},
    mistake{"ecdsa-sha2-nistp", errc::bad_private_key, public_half},
    mistake{"@openssh.com AAAA", errc::bad_private_key, public_half},
    mistake{"-----BEGIN CERTIFICATE-----", errc::bad_private_key, "this is a certificate: send its private key"},
    mistake{"b3BlbnNzaC1rZXktdjEA", errc::bad_private_key,
            "the lines BEGIN and END of the private key are missing: send the whole file"},
};

std::unexpected<base::error> diagnose(std::string_view text) {
    if (text.find_first_not_of(white_space) == std::string_view::npos)
        return refuse(errc::bad_private_key, "the private key is empty");
    for (const auto& entry : mistakes)
        if (text.find(entry.sign) != std::string_view::npos) return refuse(entry.code, std::string(entry.advice));
    return refuse(errc::bad_private_key,
                  "this is not a private key: send the text of a file that begins with -----BEGIN … PRIVATE KEY-----");
}

std::string_view trim_front(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(white_space), text.size()));
}

/// Parts headers, which end with an empty line, from base64, which has no colon.
key_block split_headers(key_encoding encoding, std::string_view body) {
    body = trim_front(body);
    const auto colon = body.rfind(':');
    if (colon == std::string_view::npos) return {encoding, {}, body};
    const auto end = std::min(body.find_first_of("\r\n", colon), body.size());
    return {encoding, body.substr(0, end), body.substr(end)};
}

}  // namespace

base::result<key_block> find_key_block(std::string_view text) {
    constexpr std::string_view begin = "-----BEGIN ";
    for (auto at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + begin.size())) {
        const auto rest = text.substr(at + begin.size());
        const auto name = rest.substr(0, rest.find(dashes));
        for (const auto& entry : labels) {
            if (entry.text != name) continue;
            const auto body = rest.substr(std::min(name.size() + dashes.size(), rest.size()));
            const auto end = body.find("-----END " + std::string(name) + "-----");
            if (end == std::string_view::npos) return damaged("its END line is missing");
            return split_headers(entry.encoding, body.substr(0, end));
        }
    }
    return diagnose(text);
}

std::optional<secret_octets> decode_block(std::string_view base64) {
    secret_octets octets(base64.size() / 4 * 3 + 3);
    std::size_t size = 0;
    if (::sodium_base642bin(octets.data(), octets.size(), base64.data(), base64.size(), white_space.data(), &size,
                            nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    octets.resize(size);
    return octets;
}

std::optional<secret_octets> unescape_line_ends(std::string_view text) {
    if (text.find_first_of("\r\n") != std::string_view::npos || text.find("\\n") == std::string_view::npos)
        return std::nullopt;
    secret_octets plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto pair = text.substr(i, 2);
        const bool escaped = pair == "\\n" || pair == "\\r";
        plain.push_back(static_cast<unsigned char>(pair == "\\n" ? '\n' : pair == "\\r" ? '\r' : text[i]));
        if (escaped) ++i;
    }
    return plain;
}

}  // namespace gangway::crypto
