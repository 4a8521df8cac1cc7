// Private-key files. The first octet chooses: bit 0, whether a passphrase comes along; bit 1, whether one round of
// bcrypt is allowed (it makes a run a thousand times slower); the other bits, whether the rest is the text of a file or
// the octets of one, to be armored under a label.
// A key that decodes has to survive re-encoding: the SSH library is handed nothing else.

#include <gangway/base/base64.hpp>
#include <gangway/crypto/private_key.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gangway;

namespace {

constexpr std::array<std::string_view, 5> labels{"OPENSSH PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY",
                                                 "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"};

std::string armored(std::string_view label, std::string_view octets) {
    std::string text = "-----BEGIN ";
    text.append(label).append("-----\n");
    text.append(base::to_base64(octets)).append("\n-----END ").append(label).append("-----\n");
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    crypto::key_limits limits;
    limits.bcrypt_rounds = (data[0] & 2) != 0 ? 1 : 0;
    limits.pbkdf2_work = 4096;
    limits.scrypt_work = 1024;
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t form = data[0] >> 2;
    const base::secret file(form == 0 ? std::string(rest) : armored(labels[(form - 1) % labels.size()], rest));
    const base::secret passphrase((data[0] & 1) != 0 ? std::string_view("correct horse") : std::string_view());

    const auto key = crypto::decode_private_key(file, passphrase, limits);
    if (!key) return 0;
    const auto encoded = key->to_openssh();
    if (!encoded) std::abort();
    const auto again = crypto::decode_private_key(*encoded, {}, limits);
    if (!again || again->public_blob() != key->public_blob()) std::abort();
    return 0;
}
