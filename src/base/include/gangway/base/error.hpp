#pragma once
/// The error every room returns, and `result<T>`.
///
/// What a peer, a user or the network can cause is a value of this type; exceptions are for bugs and lost resources.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace gangway::base {

/// The stage of a call in which it failed. Part of the public API (`"phase"` of an error answer).
enum class phase : std::uint8_t { request, egress, dns, tcp, ssh, hostkey, auth, subsystem, sftp, storage };

/// The phase as the API spells it, e.g. "hostkey".
[[nodiscard]] std::string_view to_string(phase value) noexcept;

/// A named detail for programs, e.g. {"field", "port"}. Never a secret.
struct fact {
    std::string name;
    std::string value;
    friend bool operator==(const fact&, const fact&) = default;
};

/// Why something could not be done.
struct error {
    std::error_code code;       ///< one errc enum and category per room
    phase where;                ///< the stage that failed
    std::string message;        ///< for people: what happened and what to change; peer text in it is already escaped
    std::vector<fact> facts{};  ///< for programs; empty for most errors

    /// The same error with one more fact.
    [[nodiscard]] error with(std::string name, std::string value) && {
        facts.push_back({std::move(name), std::move(value)});
        return std::move(*this);
    }
    /// The value of the fact `name`, or an empty view. Lives as long as this error is unchanged.
    [[nodiscard]] std::string_view fact_named(std::string_view name) const noexcept;
};

template <class T>
using result = std::expected<T, error>;

/// Shortens `return std::unexpected(error{...})`.
[[nodiscard]] inline std::unexpected<error> fail(std::error_code code, phase where, std::string message) {
    return std::unexpected(error{code, where, std::move(message)});
}

}  // namespace gangway::base
