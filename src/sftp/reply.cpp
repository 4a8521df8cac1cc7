#include <gangway/sftp/reply.hpp>

#include <fmt/format.h>

namespace gangway::sftp {

base::result<void> reply::succeeded() const {
    const auto status = as<status_reply>();
    if (!status) return std::unexpected(status.error());
    if (status->code != status_code::ok) return std::unexpected(status_error(label_, *status));
    return {};
}

base::error reply::refusal() const {
    const auto status = decode<status_reply>(body());
    if (!status) return malformed();
    if (status->code == status_code::ok) {
        return protocol_error(fmt::format("{} was answered with OK and nothing else", label_));
    }
    return status_error(label_, *status);
}

base::error reply::malformed() const {
    return protocol_error(fmt::format("{} was answered with an unfit {}", label_, to_string(type())));
}

}  // namespace gangway::sftp
