#pragma once
/// Sealed octets, and what the master keys that seal them are recognised by. Nothing here can be read without `vault`.

#include <gangway/store/transaction.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct sealed_secret {
    std::string owner_kind{};  ///< "connection_key", "connection", "webhook", …
    std::string owner_id{};
    std::string purpose{};  ///< "private_key", "password", …
    std::uint32_t key_version = 0;
    std::string sealed{};  ///< octets
    timestamp updated_at{};

    friend bool operator==(const sealed_secret&, const sealed_secret&) = default;
};

struct master_key {
    std::uint32_t version = 0;
    std::string check_value{};  ///< octets: sealed with this version
    timestamp created_at{};

    friend bool operator==(const master_key&, const master_key&) = default;
};

namespace secrets {

inline constexpr std::string_view of_connection = "connection";
inline constexpr std::string_view of_key = "connection_key";
inline constexpr std::string_view of_webhook = "webhook";
inline constexpr std::string_view of_folder = "folder";

/// Puts it in the place of what its owner had for the same purpose. Sets `updated_at`. Throws `conflict` if the version
/// of its master key is not known, or not any more.
void put(transaction& tx, sealed_secret row);
[[nodiscard]] std::optional<sealed_secret> find(transaction& tx, std::string_view owner_kind, std::string_view owner_id,
                                                std::string_view purpose);
/// All of an owner's; how many there were.
std::size_t remove(transaction& tx, std::string_view owner_kind, std::string_view owner_id);

/// Up to `limit` secrets sealed under another version than `current`, for rotation.
[[nodiscard]] std::vector<sealed_secret> outdated(transaction& tx, std::uint32_t current, std::size_t limit);
/// Replaces `before` by `after`, which has the same owner and purpose; false if it was changed meanwhile.
bool reseal(transaction& tx, const sealed_secret& before, const sealed_secret& after);
[[nodiscard]] std::size_t count(transaction& tx, std::uint32_t key_version);

/// By version.
[[nodiscard]] std::vector<master_key> master_keys(transaction& tx);
/// Sets `created_at`. False if the version is known.
bool add_master_key(transaction& tx, master_key row);
/// False while secrets are sealed with it.
bool remove_master_key(transaction& tx, std::uint32_t version);

}  // namespace secrets
}  // namespace gangway::store
