#include <gangway/store/errors.hpp>

#include <utility>

namespace gangway::store {
namespace {

class store_category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gangway.store"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::busy:
                return "database busy";
            case errc::full:
                return "no room for the database";
            case errc::read_only:
                return "database read-only";
            case errc::damaged:
                return "database damaged";
            case errc::newer_schema:
                return "database of a newer version";
            case errc::foreign_schema:
                return "not a database of this program";
            case errc::unavailable:
                return "database unavailable";
            case errc::outcome_unknown:
                return "outcome unknown";
            case errc::conflict:
                return "conflicting change";
            case errc::invalid_text:
                return "invalid text";
            case errc::overloaded:
                return "too much is waiting for the database";
            case errc::failure:
                return "database failure";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const store_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

bool is_retryable(const std::error_code& code) noexcept {
    return code == errc::busy || code == errc::full || code == errc::unavailable || code == errc::overloaded;
}

std::unexpected<base::error> refuse(errc code, std::string message) {
    return base::fail(code, base::phase::storage, std::move(message));
}

}  // namespace gangway::store
