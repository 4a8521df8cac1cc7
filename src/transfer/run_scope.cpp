#include "run_scope.hpp"

#include <gangway/archive/errors.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/model/backoff.hpp>
#include <gangway/sink/errors.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/transfer/errors.hpp>

#include <algorithm>

namespace gangway::transfer {
namespace {

constexpr model::backoff between_tries{.first = std::chrono::seconds{10}, .longest = std::chrono::hours{1}};

}  // namespace

run_ledger::setback run_scope::setback(const std::string& id, std::int64_t attempts, const base::error& why) {
    const auto failures = static_cast<unsigned>(std::clamp<std::int64_t>(attempts + 1, 1, 1000));
    const auto next = now() + between_tries.wait(failures, model::seed_of(id) + failures);
    look_again_at(std::chrono::ceil<std::chrono::seconds>(next));
    return {.id = id, .error = why.message, .next_try = next};
}

run_ledger::setback run_scope::failure(const wanted_file& file, const base::error& why) {
    ++progress.failed;
    // An archive does not know its own name.
    auto named = why;
    if (why.code.category() == archive::category()) named.message.insert(0, base::escape(file.path) + ": ");
    if (!first_setback) first_setback = named;
    return setback(file.id, file.attempts, named);
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
