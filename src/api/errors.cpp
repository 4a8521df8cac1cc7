#include <gangway/api/errors.hpp>

#include <utility>

namespace gangway::api {
namespace {

class api_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.api"; }
    std::string message(int) const override { return "request refused"; }
};

}  // namespace

const std::error_category& category() noexcept {
    static const api_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

base::error refusal(errc code, std::string message) {
    return {make_error_code(code), base::phase::request, std::move(message)};
}

std::unexpected<base::error> refuse(errc code, std::string message) {
    return std::unexpected(refusal(code, std::move(message)));
}

}  // namespace gangway::api
