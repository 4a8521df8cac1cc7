#include <gangway/archive/errors.hpp>

#include <utility>

namespace gangway::archive {
namespace {

class archive_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.archive"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::damaged:
                return "the archive is damaged";
            case errc::unsupported:
                return "the archive cannot be read";
            case errc::too_large:
                return "the archive is too large";
            case errc::unsafe_name:
                return "the archive has an unsafe name";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const archive_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

std::unexpected<base::error> refused(errc code, std::string message) {
    return std::unexpected(base::error{code, base::phase::storage, std::move(message)});
}

}  // namespace gangway::archive
