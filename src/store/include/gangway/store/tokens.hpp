#pragma once
/// API tokens: only their hashes are kept.

#include <gangway/store/transaction.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

/// Each may do what those before may.
enum class role : std::uint8_t { viewer, operating, admin };
constexpr auto names_of(role) {
    return std::array<std::string_view, 3>{"viewer", "operator", "admin"};
}

struct token {
    std::string id{};
    std::string name{};  ///< unique
    store::role role = store::role::viewer;
    std::string hash{};  ///< SHA-256 of the token, as hexadecimal digits
    timestamp created_at{};
    std::optional<timestamp> last_used_at{};  ///< to the minute
    std::optional<timestamp> revoked_at{};

    friend bool operator==(const token&, const token&) = default;
};

namespace tokens {

/// Sets `created_at`; false if the name is taken.
[[nodiscard]] bool add(transaction& tx, token row);
/// The token with this hash, unless it was revoked.
[[nodiscard]] std::optional<token> find_by_hash(transaction& tx, std::string_view hash);
/// By name, revoked ones too.
[[nodiscard]] std::vector<token> list(transaction& tx);
/// Notes the use, at most once a minute.
void used(transaction& tx, std::string_view id);
/// False if that was done before, or there is no such token.
bool revoke(transaction& tx, std::string_view id);

}  // namespace tokens
}  // namespace gangway::store
