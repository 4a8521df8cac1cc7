#pragma once
/// The pinned host key of each connection, and the other key that a quarantined one has seen.

#include <gangway/store/transaction.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::store {

enum class pinned_how : std::uint8_t { expected, first_success, relocked };
constexpr auto names_of(pinned_how) {
    return std::array<std::string_view, 3>{"expected", "first_success", "relocked"};
}

struct host_key_pin {
    std::string connection_id{};
    std::string fingerprint{};  ///< "SHA256:…"
    std::string key_type{};     ///< "ssh-ed25519", …; empty while an expected key was never seen
    pinned_how how = pinned_how::first_success;
    timestamp pinned_at{};
    std::optional<std::string> presented_fingerprint{};  ///< set: the connection is in quarantine
    std::optional<std::string> presented_key_type{};
    std::optional<timestamp> presented_at{};

    friend bool operator==(const host_key_pin&, const host_key_pin&) = default;
};

namespace host_keys {

[[nodiscard]] std::optional<host_key_pin> find(transaction& tx, std::string_view connection);
/// Pins the first key of a connection; false, and nothing is changed, if one is pinned already. `pinned_at` is set.
bool pin(transaction& tx, host_key_pin first);
/// Notes the type of an expected key once it was seen.
void confirm(transaction& tx, std::string_view connection, std::string_view fingerprint, std::string_view key_type);
/// Notes another key: the quarantine. False if nothing is pinned.
bool quarantine(transaction& tx, std::string_view connection, std::string_view fingerprint, std::string_view key_type);
/// Makes the presented key `fingerprint` the pinned one and ends the quarantine; false if another key, or none, was
/// presented meanwhile.
bool relock(transaction& tx, std::string_view connection, std::string_view fingerprint);
/// Replaces the expected key of a connection before, or instead of, a first contact. Ends a quarantine.
void expect(transaction& tx, std::string_view connection, std::string_view fingerprint);

}  // namespace host_keys
}  // namespace gangway::store
