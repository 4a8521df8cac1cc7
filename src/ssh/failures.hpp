#pragma once
/// How this room says no.

#include <gangway/base/error.hpp>
#include <gangway/ssh/errors.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace gangway::ssh {

[[nodiscard]] inline std::unexpected<base::error> refuse(errc code, std::string message,
                                                         base::phase where = base::phase::ssh) {
    return base::fail(code, where, std::move(message));
}
[[nodiscard]] inline std::unexpected<base::error> malformed(std::string_view message_name) {
    return refuse(errc::protocol_error, "the server sent a malformed " + std::string(message_name));
}
[[nodiscard]] inline std::unexpected<base::error> unexpected_message(std::string_view message_name) {
    return refuse(errc::protocol_error, "the server sent " + std::string(message_name) + " at the wrong time");
}
[[nodiscard]] inline std::unexpected<base::error> bad_exchange(std::string_view what) {
    return refuse(errc::key_exchange_failed, "the key exchange failed: " + std::string(what));
}
[[nodiscard]] inline std::unexpected<base::error> too_much(std::string_view what) {
    return refuse(errc::limit_exceeded, "the server sent too much: " + std::string(what));
}
[[nodiscard]] inline std::unexpected<base::error> too_early(std::string_view what) {
    return refuse(errc::out_of_order, std::string(what) + " is not possible now", base::phase::request);
}

}  // namespace gangway::ssh
