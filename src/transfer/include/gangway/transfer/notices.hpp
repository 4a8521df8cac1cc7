#pragma once
/// What people want to be told of, put into the queues of their webhooks. `webhook_sender` delivers it.

#include <gangway/base/error.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/store/transaction.hpp>
#include <gangway/store/webhooks.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::transfer {

enum class notice_event : std::uint8_t {
    run_failed,        ///< a run failed, and the one before it did not: told once, not with each try
    run_recovered,     ///< a run succeeded after one that failed
    host_key_changed,  ///< a connection was put into quarantine
    file_missing,      ///< an expected file was not there in time
    files_failing,     ///< single files fail again and again, whatever else is pulled
};
constexpr auto names_of(notice_event) {
    return std::array<std::string_view, 5>{"run_failed", "run_recovered", "host_key_changed", "file_missing",
                                           "files_failing"};
}

/// A webhook's `events` as they are stored: a JSON array of names, each once, in the order of the enum.
[[nodiscard]] std::string write_events(std::span<const notice_event> events);
/// Nothing if it is not such an array of one name or more.
[[nodiscard]] std::optional<std::vector<notice_event>> read_events(std::string_view text);

/// What a webhook's secret is sealed for, under `store::secrets::of_webhook` and its id. The secret is text.
inline constexpr std::string_view webhook_secret_purpose = "webhook_secret";

struct missing_file {
    std::string like;         ///< the pattern it was expected by
    store::timestamp due_by;  ///< when it should have been there
};

struct changed_host_key {
    std::string pinned, presented;  ///< "SHA256:…"
};

struct notice {
    notice_event event{};
    store::connection connection{};  ///< its id and name are told, nothing else
    std::optional<store::folder> folder{};
    std::optional<store::run> run{};            ///< for `run_failed`, `run_recovered` and `files_failing`
    std::optional<missing_file> missing{};      ///< for `file_missing`
    std::optional<changed_host_key> changed{};  ///< for `host_key_changed`
    std::optional<failing_files> failing{};     ///< for `files_failing`
};

/// The body of its deliveries: JSON, without secrets. Octets are shown with U+FFFD for what is not UTF-8, beside a
/// member …Base64 that has them exactly.
[[nodiscard]] std::string payload_of(const notice& what, store::timestamp at);

/// Queues it for each enabled webhook that wants the event, in the transaction of what it tells of. How many.
std::size_t enqueue_notice(store::transaction& tx, const notice& what);

/// `host_key_changed` for a connection that was put into quarantine in this transaction: what
/// `remote::managed_connections` is given to call.
void notice_quarantine(store::transaction& tx, std::string_view connection_id);

}  // namespace gangway::transfer
