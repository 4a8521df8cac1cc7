#pragma once
/// What the parts of one run share.

#include "folder_look.hpp"
#include "run_ledger.hpp"

#include <gangway/base/clock.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/sftp/attributes.hpp>
#include <gangway/sink/sink.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace gangway::transfer {

/// Used by one coroutine at a time, or by several on one strand.
struct run_scope {
    const run_order& order;
    run_progress& progress;
    run_ledger& ledger;
    const folder_rules& rules;
    sink::sink& destination;
    net::asio::thread_pool& blocking;
    const base::clock& clock;
    std::stop_source& stopping;            ///< ends what a destination has under way
    const std::filesystem::path& scratch;  ///< for archives until they are unpacked

    std::optional<base::error> fatal{};          ///< why the run as a whole ends
    std::optional<base::error> first_setback{};  ///< of a single file
    std::optional<std::chrono::sys_seconds> look_again{};
    std::optional<failing_files> failing{};
    bool cancelled = false;

    [[nodiscard]] bool over() const noexcept { return fatal.has_value() || cancelled; }
    void end(base::error why) {
        if (!fatal) fatal = std::move(why);
    }
    /// Whether `outcome` is a success; a failure of the ledger ends the run.
    template <class T>
    [[nodiscard]] bool went_well(const base::result<T>& outcome) {
        if (!outcome) end(outcome.error());
        return outcome.has_value();
    }
    void look_again_at(std::chrono::sys_seconds when) { look_again = std::min(when, look_again.value_or(when)); }
    [[nodiscard]] store::timestamp now() const { return store::now(clock); }
    /// When to try again what may be tried at once: plans are made for whole seconds.
    [[nodiscard]] store::timestamp at_once() const { return std::chrono::floor<std::chrono::seconds>(now()); }

    /// A try at a file that failed: when the next one comes, by how many failed before. `path` as in the ledger.
    [[nodiscard]] run_ledger::setback setback(const std::string& id, const std::string& path, std::int64_t attempts,
                                              const base::error& why);
    /// The same, counted as a failure of this run.
    [[nodiscard]] run_ledger::setback failure(const wanted_file& file, const base::error& why);
    /// Whether the ledger can still be written.
    [[nodiscard]] bool may_write() const;
};

/// Says which file an error is about, where neither an archive nor a server knows.
[[nodiscard]] base::error with_path(base::error why, const std::string& path);
/// Whether a server that shows this of the source means another version than `file`.
[[nodiscard]] bool differs(const wanted_file& file, const sftp::attributes& shown);
/// "… changed while it was read"
[[nodiscard]] base::error source_changed(const wanted_file& file);
/// Whether all other files would fail at this destination like the one that had this error.
[[nodiscard]] bool concerns_all(const base::error& why);

}  // namespace gangway::transfer
