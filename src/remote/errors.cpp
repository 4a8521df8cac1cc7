#include <gangway/remote/errors.hpp>

namespace gangway::remote {
namespace {

class remote_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.remote"; }
    std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::too_many_refusals:
                return "too many refused logins";
            case errc::too_many_sessions:
                return "too many sessions";
            case errc::too_many_connections:
                return "too many connections";
            case errc::no_such_connection:
                return "no such connection";
            case errc::connection_paused:
                return "the connection is paused";
            case errc::connection_changed:
                return "the connection was changed";
            case errc::no_credential:
                return "the connection has no credential";
            case errc::outside_root:
                return "outside the path root";
        }
        return "unknown";
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
