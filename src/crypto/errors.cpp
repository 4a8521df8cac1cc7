#include <gangway/crypto/errors.hpp>

#include <string>

namespace gangway::crypto {
namespace {

class crypto_category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gangway.crypto"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::bad_private_key:
                return "bad private key";
            case errc::passphrase_missing:
                return "passphrase missing";
            case errc::passphrase_wrong:
                return "passphrase wrong";
            case errc::unsupported_key:
                return "unsupported key";
            case errc::kdf_too_costly:
                return "key derivation too costly";
            case errc::crypto_failure:
                return "cryptographic library failure";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const crypto_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

}  // namespace gangway::crypto
