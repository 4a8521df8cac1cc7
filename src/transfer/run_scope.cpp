#include "run_scope.hpp"

#include <gangway/archive/errors.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/model/backoff.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sink/errors.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/transfer/errors.hpp>

#include <algorithm>
#include <bit>

namespace gangway::transfer {
namespace {

constexpr model::backoff between_tries{.first = std::chrono::seconds{10}, .longest = std::chrono::hours{1}};

/// Whether people are told of a file's failure: of the fifth, when some minutes of trying have not helped, and then
/// each time that their number has doubled, so that neither a lost notice nor a flood of them matters.
constexpr bool is_worth_telling(unsigned failures) {
    constexpr unsigned first_told = 5;
    return failures % first_told == 0 && std::has_single_bit(failures / first_told);
}

}  // namespace

run_ledger::setback run_scope::setback(const std::string& id, const std::string& path, std::int64_t attempts,
                                       const base::error& why) {
    const auto failures = static_cast<unsigned>(std::clamp<std::int64_t>(attempts + 1, 1, 1000));
    if (is_worth_telling(failures)) {
        if (!failing) failing = failing_files{.path = path, .error = why.message};
        ++failing->count;
    }
    const auto next = now() + between_tries.wait(failures, model::seed_of(id) + failures);
    look_again_at(std::chrono::ceil<std::chrono::seconds>(next));
    return {.id = id, .error = why.message, .next_try = next};
}

run_ledger::setback run_scope::failure(const wanted_file& file, const base::error& why) {
    ++progress.failed;
    auto named = with_path(why, file.path);
    if (!first_setback) first_setback = named;
    return setback(file.id, file.path, file.attempts, named);
}

base::error with_path(base::error why, const std::string& path) {
    const auto& kind = why.code.category();
    if (kind == archive::category() || kind == sftp::error_category()) why.message.insert(0, base::escape(path) + ": ");
    return why;
}

bool run_scope::may_write() const {
    return !fatal || (fatal->code != errc::lease_lost && fatal->code.category() != store::category());
}

bool differs(const wanted_file& file, const sftp::attributes& shown) {
    return (shown.size && *shown.size != file.size) || (shown.mtime && file.mtime && shown.mtime != file.mtime);
}

base::error source_changed(const wanted_file& file) {
    return {errc::source_changed, base::phase::sftp,
            base::escape(file.path) + " changed while it was read; it is pulled when it has come to rest"};
}

bool concerns_all(const base::error& why) {
    using enum sink::errc;
    return why.code == no_space || why.code == read_only || why.code == destination_missing ||
           why.code == unavailable || why.code == cancelled;
}

}  // namespace gangway::transfer
