#pragma once
/// Whom to tell of events, and what is still to be told. The secrets that sign deliveries are in `secrets`.

#include <gangway/store/transaction.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct webhook {
    std::string id{};
    std::string url{};
    std::string events{};  ///< JSON: the names of the events it wants
    bool enabled = true;
    timestamp created_at{};

    friend bool operator==(const webhook&, const webhook&) = default;
};

struct delivery {
    std::string id{};
    std::string webhook_id{};
    std::string event{};
    std::string payload{};  ///< JSON
    timestamp created_at{};
    std::int64_t attempts = 0;            ///< that were begun
    std::optional<timestamp> next_try{};  ///< nothing: delivered, or given up
    std::optional<timestamp> delivered_at{};
    std::string error{};  ///< of the latest attempt

    friend bool operator==(const delivery&, const delivery&) = default;
};

namespace webhooks {

/// Sets `created_at`.
void add(transaction& tx, webhook row);
[[nodiscard]] std::optional<webhook> find(transaction& tx, std::string_view id);
[[nodiscard]] std::vector<webhook> list(transaction& tx);
/// All but the id and `created_at`; false if there is none.
bool update(transaction& tx, const webhook& row);
/// With its deliveries and its secret.
bool remove(transaction& tx, std::string_view id);

/// Puts a delivery into the queue of each enabled webhook in the same transaction as what it tells of. Due at once.
void enqueue(transaction& tx, std::string_view webhook, std::string_view event, std::string_view payload);
/// Takes what is due, at most `limit`: counts an attempt, and nobody else gets it before `until`.
[[nodiscard]] std::vector<delivery> take_due(transaction& tx, timestamp until, std::size_t limit);
void delivered(transaction& tx, std::string_view id);
/// To be tried again at `next_try`, or never.
void failed(transaction& tx, std::string_view id, std::string_view error, std::optional<timestamp> next_try);
/// When the next delivery is due.
[[nodiscard]] std::optional<timestamp> next(transaction& tx);
[[nodiscard]] std::vector<delivery> deliveries(transaction& tx, std::string_view webhook, std::size_t limit);

}  // namespace webhooks
}  // namespace gangway::store
