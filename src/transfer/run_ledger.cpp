#include "run_ledger.hpp"

#include <gangway/transfer/errors.hpp>

namespace gangway::transfer {

namespace {

using bools = std::vector<bool>;

/// Whether `note` found each of them as it should be.
bool put_off(store::transaction& tx, const store::lease& held, const std::vector<run_ledger::setback>& which,
             auto note) {
    bool all = true;
    for (const auto& each : which)
        all &= note(tx, held, each.id, each.error, each.next_try);
    return all;
}

}  // namespace

base::error lease_lost() {
    return {errc::lease_lost, base::phase::storage,
            "another node has taken this connection over; the run ended and changed nothing more"};
}

net::async_result<std::vector<store::file>> run_ledger::take_over() {
    co_return co_await change([&](store::transaction& tx) { return store::files::take_over(tx, held_); });
}

net::async_result<bools> run_ledger::discover(const std::vector<store::file_identity>& seen) {
    co_return co_await change([&](store::transaction& tx) { return store::files::discover(tx, held_, seen); });
}

net::async_result<bool> run_ledger::keep_looks(std::string folder, const std::vector<store::file_look>& seen) {
    co_return co_await change([&](store::transaction& tx) { return store::looks::replace(tx, held_, folder, seen); });
}

net::async_result<bools> run_ledger::stabilise(const ids& which) {
    co_return co_await change([&](store::transaction& tx) { return store::files::stabilise(tx, held_, which); });
}

net::async_result<bools> run_ledger::abandon(const ids& which) {
    co_return co_await change([&](store::transaction& tx) { return store::files::abandon(tx, held_, which); });
}

net::async_result<std::vector<std::optional<std::int64_t>>> run_ledger::claim(std::string run, const ids& which) {
    co_return co_await change([&](store::transaction& tx) { return store::files::claim(tx, held_, run, which); });
}

net::async_result<bools> run_ledger::fetch(const std::vector<store::files::fetched_file>& which,
                                           const std::vector<staged_archive>& archives) {
    co_return co_await change([&](store::transaction& tx) {
        auto noted = store::files::fetch(tx, held_, which);
        for (const auto& archive : archives)
            for (std::size_t i = 0; i < which.size(); ++i)
                if (which[i].id == archive.id && noted[i]) store::file_entries::stage(tx, archive.id, archive.entries);
        return noted;
    });
}

net::async_result<bool> run_ledger::publish_entries(const std::string& id, const std::vector<std::int64_t>& positions) {
    co_return co_await change(
        [&](store::transaction& tx) { return store::file_entries::publish(tx, held_, id, positions); });
}

net::async_result<bools> run_ledger::publish(const ids& which) {
    co_return co_await change([&](store::transaction& tx) { return store::files::publish(tx, held_, which); });
}

net::async_result<bools> run_ledger::record(const ids& which, store::post_state post) {
    co_return co_await change([&](store::transaction& tx) {
        auto recorded = store::files::record(tx, held_, which, post);
        // Without a post-action nothing lies between the two stages.
        if (post == store::post_state::none) static_cast<void>(store::files::finalise(tx, held_, which));
        return recorded;
    });
}

net::async_result<bools> run_ledger::finalise(const ids& which) {
    co_return co_await change([&](store::transaction& tx) { return store::files::finalise(tx, held_, which); });
}

net::async_result<bool> run_ledger::fail(const std::vector<setback>& which) {
    co_return co_await change([&](store::transaction& tx) { return put_off(tx, held_, which, store::files::fail); });
}

net::async_result<bool> run_ledger::postpone(const std::vector<setback>& which) {
    co_return co_await change(
        [&](store::transaction& tx) { return put_off(tx, held_, which, store::files::postpone); });
}

net::async_result<bool> run_ledger::fail_post_action(const std::vector<setback>& which) {
    co_return co_await change(
        [&](store::transaction& tx) { return put_off(tx, held_, which, store::files::fail_post_action); });
}

}  // namespace gangway::transfer
