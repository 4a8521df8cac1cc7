#pragma once
/// Managed connections: servers that people set up once.

#include <gangway/store/transaction.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

enum class authentication : std::uint8_t { key, password };
constexpr auto names_of(authentication) {
    return std::array<std::string_view, 2>{"key", "password"};
}

enum class health : std::uint8_t { unknown, healthy, failing, host_key_mismatch, auth_failed };
constexpr auto names_of(health) {
    return std::array<std::string_view, 5>{"unknown", "healthy", "failing", "host_key_mismatch", "auth_failed"};
}

struct connection {
    std::string id{};
    std::string name{};  ///< unique
    std::string description{};
    std::string host{};
    std::uint16_t port = 22;
    std::string username{};
    store::authentication authentication = store::authentication::key;
    std::string path_root{};  ///< octets; operations stay under it
    bool paused = false;
    store::health health = store::health::unknown;
    std::string health_reason{};  ///< for people
    timestamp health_since{};
    timestamp created_at{};
    timestamp updated_at{};
    std::int64_t revision = 1;  ///< one more with each change that people make

    friend bool operator==(const connection&, const connection&) = default;
};

/// What became of a change that people asked for.
enum class changed : std::uint8_t {
    done,
    missing,     ///< there is no such row
    stale,       ///< it has another revision by now
    name_taken,  ///< another one has this name
};

namespace connections {

/// Sets `created_at`, `updated_at`, `health_since` and `revision`. `done` or `name_taken`.
[[nodiscard]] changed create(transaction& tx, connection row);
[[nodiscard]] std::optional<connection> find(transaction& tx, std::string_view id);
[[nodiscard]] std::optional<connection> find_by_name(transaction& tx, std::string_view name);
/// All, by name.
[[nodiscard]] std::vector<connection> list(transaction& tx);
/// Writes what people may change (not health) if `row.revision` is still the stored one, which then grows by one.
[[nodiscard]] changed update(transaction& tx, const connection& row);
/// Removes it with its keys, pin, folders, schedules and sealed secrets; history stays, and what is under way is given
/// up (`files::give_up`). `done`, `missing` or `stale`.
[[nodiscard]] changed remove(transaction& tx, std::string_view id, std::int64_t revision);
/// Whether that is news: the health or its reason was another before. Not a change of the revision.
bool set_health(transaction& tx, std::string_view id, health what, std::string_view reason);

}  // namespace connections
}  // namespace gangway::store
