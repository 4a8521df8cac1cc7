#include "curves.hpp"
#include "failures.hpp"
#include "octets.hpp"
#include "openssl_handles.hpp"
#include "secret_octets.hpp"
#include "wire_mpint.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/private_key.hpp>

#include <openssl/core_names.h>
#include <sodium.h>

#include <string_view>
#include <utility>

namespace gangway::crypto {
namespace {

/// Enough for an RSA key of 16384 bits, as octets and as text, so that a string of secrets never moves.
constexpr std::size_t encoding_limit = std::size_t{16} << 10;

/// A string under construction that holds secrets: zeroed when it goes.
struct secret_string {
    std::string text;
    secret_string() { text.reserve(encoding_limit); }
    secret_string(const secret_string&) = delete;
    secret_string& operator=(const secret_string&) = delete;
    ~secret_string() { base::wipe(text); }
};

bool write_number(base::byte_writer& writer, const EVP_PKEY* key, const char* name) {
    BIGNUM* fetched = nullptr;
    const bool found = ::EVP_PKEY_get_bn_param(key, name, &fetched) == 1;
    const bignum number(fetched);
    if (found) write_mpint(writer, number.get());
    return found;
}

bool write_ed25519(base::byte_writer& writer, const EVP_PKEY* key, std::string_view point) {
    secret_octets seed(32);
    std::size_t size = 0;
    // Not EVP_PKEY_get_raw_private_key, which leaves a copy behind on the heap.
    if (::EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PRIV_KEY, seed.data(), seed.size(), &size) != 1)
        return false;
    writer.string(point);
    writer.u32(64);
    writer.raw(view(seed));
    writer.raw(point);
    return true;
}

bool write_rsa(base::byte_writer& writer, const EVP_PKEY* key, std::string_view modulus, std::string_view exponent) {
    writer.string(modulus);  // in this order here, and in the other order in the public key
    writer.string(exponent);
    for (const char* name : {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1,
                             OSSL_PKEY_PARAM_RSA_FACTOR2})
        if (!write_number(writer, key, name)) return false;
    return true;
}

bool write_ecdsa(base::byte_writer& writer, const EVP_PKEY* key, std::string_view curve, std::string_view point) {
    writer.string(curve);
    writer.string(point);
    return write_number(writer, key, OSSL_PKEY_PARAM_PRIV_KEY);
}

/// The private section: check numbers (nothing to check without encryption), the key, no comment, padding.
bool write_private_section(base::byte_writer& writer, key_type type, std::string_view public_blob,
                           const EVP_PKEY* key) {
    const auto start = writer.position();
    base::byte_reader fields(public_blob);
    writer.u64(0);
    writer.string(fields.string());
    const auto first = fields.string(), second = fields.string();
    const bool written = type == key_type::ed25519 ? write_ed25519(writer, key, first)
                         : type == key_type::rsa   ? write_rsa(writer, key, second, first)
                                                   : write_ecdsa(writer, key, first, second);
    writer.string("");
    for (std::uint8_t pad = 1; (writer.position() - start) % 8 != 0; ++pad)
        writer.u8(pad);
    return written;
}

/// The armor, in lines of 70 characters as OpenSSH writes them.
base::secret armored(std::string_view octets) {
    secret_octets base64(sodium_base64_ENCODED_LEN(octets.size(), sodium_base64_VARIANT_ORIGINAL));
    ::sodium_bin2base64(reinterpret_cast<char*>(base64.data()), base64.size(), data_of(octets), octets.size(),
                        sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back();  // its terminating zero
    secret_string out;
    out.text += "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    for (auto rest = view(base64); !rest.empty(); rest.remove_prefix(std::min<std::size_t>(70, rest.size()))) {
        out.text += rest.substr(0, 70);
        out.text += '\n';
    }
    out.text += "-----END OPENSSH PRIVATE KEY-----\n";
    return base::secret::take(out.text);
}

}  // namespace

void private_key::deleter::operator()(evp_pkey_st* key) const noexcept {
    ::EVP_PKEY_free(key);
}

private_key::private_key(key_type type, std::string public_blob, handle key) noexcept
    : type_(type), public_blob_(std::move(public_blob)), key_(std::move(key)) {
}

std::string private_key::algorithm() const {
    return std::string(base::byte_reader(public_blob_).string());
}

base::result<base::secret> private_key::to_openssh() const {
    const error_queue_guard errors;
    secret_string out;
    base::byte_writer writer(out.text);
    writer.raw({"openssh-key-v1\0", 15});
    writer.string("none");
    writer.string("none");
    writer.string("");
    writer.u32(1);
    writer.string(public_blob_);
    const auto length_at = writer.position();
    writer.u32(0);
    if (!write_private_section(writer, type_, public_blob_, key_.get())) return library_failure("reading a key");
    writer.patch_u32(length_at, static_cast<std::uint32_t>(writer.position() - length_at - 4));
    return armored(out.text);
}

}  // namespace gangway::crypto
