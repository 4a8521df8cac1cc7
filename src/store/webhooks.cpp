#include "query.hpp"

#include <gangway/store/secrets.hpp>
#include <gangway/store/webhooks.hpp>

namespace gangway::store {

template <>
struct table<webhook> {
    static constexpr std::string_view name = "webhooks";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("url", row.url);
        visit("events", row.events);
        visit("enabled", row.enabled);
        visit("created_at", row.created_at);
    }
};

template <>
struct table<delivery> {
    static constexpr std::string_view name = "deliveries";
    static void columns(auto& row, auto&& visit) {
        visit("id", row.id);
        visit("webhook_id", row.webhook_id);
        visit("event", row.event);
        visit("payload", row.payload);
        visit("created_at", row.created_at);
        visit("attempts", row.attempts);
        visit("next_try", row.next_try);
        visit("delivered_at", row.delivered_at);
        visit("error", row.error);
    }
};

namespace webhooks {

void add(transaction& tx, webhook row) {
    row.created_at = tx.now();
    insert(tx, row);
}

std::optional<webhook> find(transaction& tx, std::string_view id) {
    return select_one<webhook>(tx, "WHERE id = :id", id);
}

std::vector<webhook> list(transaction& tx) {
    return select<webhook>(tx, "ORDER BY created_at, id");
}

bool update(transaction& tx, const webhook& row) {
    return execute(tx, "UPDATE webhooks SET url = :url, events = :events, enabled = :enabled WHERE id = :id", row.url,
                   row.events, row.enabled, row.id) == 1;
}

bool remove(transaction& tx, std::string_view id) {
    secrets::remove(tx, secrets::of_webhook, id);
    return execute(tx, "DELETE FROM webhooks WHERE id = :id", id) == 1;
}

void enqueue(transaction& tx, std::string_view webhook, std::string_view event, std::string_view payload) {
    const auto now = tx.now();
    insert(tx, delivery{.id = new_id(now),
                        .webhook_id = std::string(webhook),
                        .event = std::string(event),
                        .payload = std::string(payload),
                        .created_at = now,
                        .next_try = now,
                        .error = {}});
}

std::vector<delivery> take_due(transaction& tx, timestamp until, std::size_t limit) {
    auto due = select<delivery>(tx, "WHERE next_try <= :now ORDER BY next_try, id LIMIT :limit", tx.now(), limit);
    command<timestamp, std::string, std::int64_t> take(
        tx,
        "UPDATE deliveries SET next_try = :until, attempts = attempts + 1 WHERE id = :id AND attempts = :seen AND "
        "next_try IS NOT NULL");
    std::erase_if(due, [&](const delivery& row) { return take(until, row.id, row.attempts) != 1; });
    for (auto& row : due) {
        ++row.attempts;
        row.next_try = until;
    }
    return due;
}

void delivered(transaction& tx, std::string_view id) {
    execute(tx, "UPDATE deliveries SET delivered_at = :now, next_try = NULL, error = '' WHERE id = :id", tx.now(), id);
}

void failed(transaction& tx, std::string_view id, std::string_view error, std::optional<timestamp> next_try) {
    execute(tx, "UPDATE deliveries SET error = :error, next_try = :next WHERE id = :id AND delivered_at IS NULL", error,
            next_try, id);
}

std::optional<timestamp> next(transaction& tx) {
    return value_of<timestamp>(tx, "SELECT MIN(next_try) FROM deliveries");
}

std::vector<delivery> deliveries(transaction& tx, std::string_view webhook, std::size_t limit) {
    return select<delivery>(tx, "WHERE webhook_id = :id ORDER BY created_at DESC, id DESC LIMIT :limit", webhook,
                            limit);
}

}  // namespace webhooks
}  // namespace gangway::store
