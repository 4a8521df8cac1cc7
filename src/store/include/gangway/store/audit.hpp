#pragma once
/// Who did what: a chain in which every entry holds the hash of the one before, so that none can be changed, removed
/// or put in between unnoticed.

#include <gangway/store/transaction.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::store {

struct audit_entry {
    std::int64_t seq = 0;  ///< 1, 2, 3, … without gaps
    timestamp at{};
    std::string actor{};    ///< "token ops", "schedule", "command line", …
    std::string action{};   ///< "connection.create", "host_key.relock", …
    std::string subject{};  ///< the id of what it was done to
    std::string details{};  ///< JSON; never a secret
    std::string previous_hash{};
    std::string hash{};  ///< SHA-256 over all fields before, as hexadecimal digits

    friend bool operator==(const audit_entry&, const audit_entry&) = default;
};

struct audit_fault {
    std::int64_t seq;       ///< the first entry that is wrong or missing
    std::string message{};  ///< what is wrong with it
};

namespace audit {

/// Appends to the chain: `seq`, `at` and the hashes are set. In the transaction of the change it tells of.
audit_entry append(transaction& tx, std::string_view actor, std::string_view action, std::string_view subject,
                   std::string_view details);
/// Walks the whole chain; the first fault, or nothing.
[[nodiscard]] std::optional<audit_fault> verify(transaction& tx);
/// Newest first, those before the entry `before` (0 for the newest), of one subject if that is not empty.
[[nodiscard]] std::vector<audit_entry> list(transaction& tx, std::string_view subject, std::int64_t before,
                                            std::size_t limit);
/// Removes entries older than `before` and remembers the hash that the rest goes on from; says so in the chain.
/// How many.
std::size_t prune(transaction& tx, timestamp before);

}  // namespace audit
}  // namespace gangway::store
