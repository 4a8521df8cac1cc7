#include <gangway/base/base64.hpp>
#include <gangway/base/byte_reader.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/crypto/public_key.hpp>

namespace gangway::crypto {

std::string fingerprint_sha256(std::string_view blob) {
    return "SHA256:" + base::to_base64(sha256(blob), base::base64_padding::without);
}

std::string authorized_key(std::string_view blob, std::string_view comment) {
    std::string line(base::byte_reader(blob).string());
    line.append(" ").append(base::to_base64(blob));
    if (!comment.empty()) line.append(" ").append(base::escape(comment));
    return line;
}

}  // namespace gangway::crypto
