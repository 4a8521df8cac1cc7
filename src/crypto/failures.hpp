#pragma once
/// How this room says no.

#include <gangway/base/error.hpp>
#include <gangway/crypto/errors.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace gangway::crypto {

[[nodiscard]] inline std::unexpected<base::error> refuse(errc code, std::string message) {
    return base::fail(code, base::phase::request, std::move(message));
}
[[nodiscard]] inline std::unexpected<base::error> damaged(std::string_view what) {
    return refuse(errc::bad_private_key, "the private key is damaged: " + std::string(what));
}
[[nodiscard]] inline std::unexpected<base::error> missing_passphrase() {
    return refuse(errc::passphrase_missing, "the private key is encrypted: send its passphrase");
}
[[nodiscard]] inline std::unexpected<base::error> wrong_passphrase() {
    return refuse(errc::passphrase_wrong, "the passphrase is wrong");
}
[[nodiscard]] inline std::unexpected<base::error> too_costly(std::string_view what) {
    return refuse(errc::kdf_too_costly, "the private key's encryption is too costly to undo: " + std::string(what));
}
[[nodiscard]] inline std::unexpected<base::error> library_failure(std::string_view what) {
    return refuse(errc::crypto_failure, "the cryptographic library failed at " + std::string(what));
}

}  // namespace gangway::crypto
