#include <gangway/model/errors.hpp>

namespace gangway::model {
namespace {

class model_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.model"; }
    std::string message(int) const override { return "invalid value"; }
};

}  // namespace

const std::error_category& category() noexcept {
    static const model_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

std::unexpected<base::error> invalid(std::string_view field, std::string message) {
    return std::unexpected(
        base::error{make_error_code(errc::invalid_value), base::phase::request, std::move(message)}.with(
            "field", std::string{field}));
}

}  // namespace gangway::model
