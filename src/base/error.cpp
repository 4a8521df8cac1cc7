#include <gangway/base/error.hpp>

namespace gangway::base {

std::string_view to_string(phase value) noexcept {
    switch (value) {
        case phase::request:
            return "request";
        case phase::egress:
            return "egress";
        case phase::dns:
            return "dns";
        case phase::tcp:
            return "tcp";
        case phase::ssh:
            return "ssh";
        case phase::hostkey:
            return "hostkey";
        case phase::auth:
            return "auth";
        case phase::subsystem:
            return "subsystem";
        case phase::sftp:
            return "sftp";
        case phase::storage:
            return "storage";
    }
    return "request";
}

std::string_view error::fact_named(std::string_view name) const noexcept {
    for (const auto& entry : facts)
        if (entry.name == name) return entry.value;
    return {};
}

}  // namespace gangway::base
