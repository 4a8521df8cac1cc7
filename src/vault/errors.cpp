#include <gangway/vault/errors.hpp>

#include <utility>

namespace gangway::vault {
namespace {

class vault_category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gangway.vault"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::master_key_missing:
                return "master key missing";
            case errc::wrong_master_key:
                return "wrong master key";
            case errc::bad_key_file:
                return "bad master key file";
            case errc::bad_secret:
                return "secret does not open";
            case errc::busy:
                return "another rotation is under way";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const vault_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

std::unexpected<base::error> refuse(errc code, std::string message) {
    return base::fail(code, base::phase::storage, std::move(message));
}

}  // namespace gangway::vault
