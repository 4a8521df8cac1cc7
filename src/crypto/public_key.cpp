#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/crypto/public_key.hpp>

namespace gangway::crypto {

std::string fingerprint_sha256(std::string_view blob) {
    return "SHA256:" + base::to_base64(sha256(blob), base::base64_padding::without);
}

}  // namespace gangway::crypto
