#include <gangway/remote/errors.hpp>

namespace gangway::remote {
namespace {

class remote_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.remote"; }
    std::string message(int code) const override {
        return code == static_cast<int>(errc::too_many_refusals) ? "too many refused logins" : "too many connections";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const remote_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

}  // namespace gangway::remote
