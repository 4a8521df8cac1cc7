#pragma once
/// The ledger as one run writes it: every change under its lease.

#include <gangway/net/asio.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/file_entries.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/looks.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gangway::transfer {

/// The error of whoever has lost its lease.
[[nodiscard]] base::error lease_lost();

/// Errors of all calls: `lease_lost`, with nothing changed; those of `store`. What a call refers to lives until it
/// returns; cancelling does not interrupt one.
class run_ledger {
  public:
    using ids = std::vector<std::string>;

    run_ledger(store::async_database& database, store::lease held) : database_(database), held_(std::move(held)) {}

    /// Runs `work(tx)` in a transaction that counts only if the lease is still held at its end.
    template <class Work>
    [[nodiscard]] auto change(Work work) -> net::async_result<std::invoke_result_t<Work&, store::transaction&>> {
        using value = std::invoke_result_t<Work&, store::transaction&>;
        auto guarded = [this, &work](store::transaction& tx) -> base::result<value> {
            auto kept = work(tx);
            const auto now = store::leases::find(tx, held_.connection_id);
            if (!now || now->fence != held_.fence) return std::unexpected(lease_lost());
            return kept;
        };
        co_return co_await database_.write(std::move(guarded));
    }

    [[nodiscard]] net::async_result<std::vector<store::file>> take_over();
    [[nodiscard]] net::async_result<std::vector<bool>> discover(const std::vector<store::file_identity>& seen);
    [[nodiscard]] net::async_result<bool> keep_looks(std::string folder, const std::vector<store::file_look>& seen);
    [[nodiscard]] net::async_result<std::vector<bool>> stabilise(const ids& which);
    [[nodiscard]] net::async_result<std::vector<bool>> abandon(const ids& which);
    [[nodiscard]] net::async_result<std::vector<std::optional<std::int64_t>>> claim(std::string run, const ids& which);
    /// The files of an archive, which is one of those that are `fetched` with it.
    struct staged_archive {
        std::string id;
        std::vector<store::file_entry> entries;
    };
    [[nodiscard]] net::async_result<std::vector<bool>> fetch(const std::vector<store::files::fetched_file>& which,
                                                             const std::vector<staged_archive>& archives);
    /// Some of the files of an archive that is `fetched` are published.
    [[nodiscard]] net::async_result<bool> publish_entries(const std::string& id,
                                                          const std::vector<std::int64_t>& positions);
    [[nodiscard]] net::async_result<std::vector<bool>> publish(const ids& which);
    /// published → recorded; where there is no post-action, → finalised as well.
    [[nodiscard]] net::async_result<std::vector<bool>> record(const ids& which, store::post_state post);
    [[nodiscard]] net::async_result<std::vector<bool>> finalise(const ids& which);

    struct setback {
        std::string id;
        std::string error;  ///< for people
        store::timestamp next_try;
    };
    /// claimed, fetched → stable.
    [[nodiscard]] net::async_result<bool> fail(const std::vector<setback>& which);
    /// fetched and published stay what they are.
    [[nodiscard]] net::async_result<bool> postpone(const std::vector<setback>& which);
    /// The post-action is to be tried again.
    [[nodiscard]] net::async_result<bool> fail_post_action(const std::vector<setback>& which);

    [[nodiscard]] store::async_database& database() noexcept { return database_; }
    [[nodiscard]] const store::lease& held() const noexcept { return held_; }

  private:
    store::async_database& database_;
    store::lease held_;
};

}  // namespace gangway::transfer
