#include "query.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/store/audit.hpp>

namespace gangway::store {
namespace {

/// One end of the chain, as `audit_ends` has it.
struct chain_end {
    std::string which;
    std::int64_t seq = 0;
    std::string hash;
};

}  // namespace

template <>
struct table<audit_entry> {
    static constexpr std::string_view name = "audit";
    static void columns(auto& row, auto&& visit) {
        visit("seq", row.seq);
        visit("at", row.at);
        visit("actor", row.actor);
        visit("action", row.action);
        visit("subject", row.subject);
        visit("details", row.details);
        visit("previous_hash", row.previous_hash);
        visit("hash", row.hash);
    }
};

template <>
struct table<chain_end> {
    static constexpr std::string_view name = "audit_ends";
    static void columns(auto& row, auto&& visit) {
        visit("which", row.which);
        visit("seq", row.seq);
        visit("hash", row.hash);
    }
};

namespace audit {
namespace {

chain_end end_of_chain(transaction& tx, std::string_view which) {
    auto found = select_one<chain_end>(tx, "WHERE which = :which", which);
    if (!found) throw stored_failure(errc::damaged, "the audit's ends are missing");
    return std::move(*found);
}

std::string hash_of(const audit_entry& entry) {
    std::string fields;
    base::byte_writer out{fields};
    out.u64(static_cast<std::uint64_t>(entry.seq));
    out.u64(static_cast<std::uint64_t>(entry.at.time_since_epoch().count()));
    for (const auto* field : {&entry.actor, &entry.action, &entry.subject, &entry.details, &entry.previous_hash})
        out.string(*field);
    return to_hex(crypto::sha256(fields));
}

}  // namespace

audit_entry append(transaction& tx, std::string_view actor, std::string_view action, std::string_view subject,
                   std::string_view details) {
    // This write comes first: it makes others who append wait until the end of this transaction.
    execute(tx, "UPDATE audit_ends SET seq = seq + 1 WHERE which = 'last'");
    const auto last = end_of_chain(tx, "last");
    audit_entry entry{.seq = last.seq,
                      .at = tx.now(),
                      .actor = std::string(actor),
                      .action = std::string(action),
                      .subject = std::string(subject),
                      .details = std::string(details),
                      .previous_hash = last.hash,
                      .hash = {}};
    entry.hash = hash_of(entry);
    insert(tx, entry);
    execute(tx, "UPDATE audit_ends SET hash = :hash WHERE which = 'last'", entry.hash);
    return entry;
}

std::optional<audit_fault> verify(transaction& tx) {
    auto before = end_of_chain(tx, "first");
    const auto last = end_of_chain(tx, "last");
    std::optional<audit_fault> fault;
    each<audit_entry>(
        tx,
        [&](const audit_entry& entry) {
            if (fault) return;
            if (entry.seq != before.seq + 1)
                fault = {before.seq + 1, "the entry is missing"};
            else if (entry.previous_hash != before.hash)
                fault = {entry.seq, "the entry does not follow from the one before it"};
            else if (entry.hash != hash_of(entry))
                fault = {entry.seq, "the entry was changed"};
            before.seq = entry.seq;
            before.hash = entry.hash;
        },
        "ORDER BY seq");
    if (!fault && before.seq != last.seq) fault = {before.seq + 1, "the entry is missing"};
    if (!fault && before.hash != last.hash) fault = {before.seq, "the entry is not the one that was written last"};
    return fault;
}

std::vector<audit_entry> list(transaction& tx, std::string_view subject, std::int64_t before, std::size_t limit) {
    const auto end = before > 0 ? before : std::numeric_limits<std::int64_t>::max();
    if (subject.empty())
        return select<audit_entry>(tx, "WHERE seq < :before ORDER BY seq DESC LIMIT :limit", end, limit);
    return select<audit_entry>(tx, "WHERE subject = :subject AND seq < :before ORDER BY seq DESC LIMIT :limit", subject,
                               end, limit);
}

std::size_t prune(transaction& tx, timestamp before) {
    // Clocks may go back: what is kept begins with the first entry that is young enough, and has no gaps.
    const auto first_kept = value_of<std::int64_t>(tx, "SELECT MIN(seq) FROM audit WHERE at >= :before", before);
    const auto newest_removed = select_one<audit_entry>(tx, "WHERE seq < :kept ORDER BY seq DESC LIMIT 1",
                                                        first_kept.value_or(std::numeric_limits<std::int64_t>::max()));
    if (!newest_removed) return 0;
    const auto count = execute(tx, "DELETE FROM audit WHERE seq <= :seq", newest_removed->seq);
    execute(tx, "UPDATE audit_ends SET seq = :seq, hash = :hash WHERE which = 'first'", newest_removed->seq,
            newest_removed->hash);
    append(tx, "gateway", "audit.prune", "audit",
           R"({"through":)" + std::to_string(newest_removed->seq) + R"(,"hash":")" + newest_removed->hash + "\"}");
    return static_cast<std::size_t>(count);
}

}  // namespace audit
}  // namespace gangway::store
