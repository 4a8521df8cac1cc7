#include "key_claims.hpp"
#include "stability.hpp"
#include "unpack_rules.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/transfer/plan.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <ranges>
#include <tuple>
#include <utility>

namespace gangway::transfer {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using index = std::uint32_t;

/// Positions of `items` in the order of their paths; equal paths stay in their order.
template <class Item>
std::vector<index> by_path(std::span<const Item> items) {
    std::vector<index> order(items.size());
    std::iota(order.begin(), order.end(), index{0});
    std::ranges::sort(order, {}, [&](index i) { return std::pair{std::string_view{items[i].path}, i}; });
    return order;
}

/// The part of `order` whose items have `path`.
template <class Item>
std::span<const index> with_path(std::span<const Item> items, const std::vector<index>& order, std::string_view path) {
    const auto range =
        std::ranges::equal_range(order, path, {}, [&](index i) { return std::string_view{items[i].path}; });
    return {range.begin(), range.end()};
}

bool is_safe_path(std::string_view path) {
    if (path.empty() || path.size() > model::remote_path::longest) return false;
    return std::ranges::all_of(std::views::split(path, '/'),
                               [](const auto part) { return model::is_entry_name({part.begin(), part.end()}); });
}

/// Servers that tell no mtime, or have begun to, are known by the size alone.
bool same_content(const known_version& version, const listed_file& file) {
    return version.size == *file.size && (version.mtime == file.mtime || !version.mtime || !file.mtime);
}

class planner {
  public:
    explicit planner(const plan_input& input)
        : in_(input),
          files_(by_path(input.listing)),
          versions_(by_path(input.ledger)),
          looks_(by_path(input.looks)),
          claims_(input.rules.fold_keys),
          local_now_(model::to_local(input.zone, input.now)) {}

    pull_plan make() {
        for (const auto& version : in_.ledger)
            if (!version.key.empty()) std::ignore = claims_.claim(version.key, version.path);
        out_.verdicts.resize(in_.listing.size(), verdict{.code = verdict_code::folder});
        // In the order of paths, so that the answer does not depend on the order in which a server lists.
        for (std::size_t position = 0; position < files_.size(); ++position) {
            const auto i = files_[position];
            const bool twice = position > 0 && in_.listing[files_[position - 1]].path == in_.listing[i].path;
            out_.verdicts[i] = twice ? verdict{.code = verdict_code::listed_twice} : judge(i);
        }
        order_pulls();
        apply_limits();
        return std::move(out_);
    }

  private:
    /// What can be said by the file alone.
    [[nodiscard]] std::optional<verdict> unfit(const listed_file& file) const {
        const auto verdict_of = [](verdict_code code) { return verdict{.code = code}; };
        if (!is_safe_path(file.path)) return verdict_of(verdict_code::unsafe_name);
        if (file.kind == file_kind::folder) return verdict_of(verdict_code::folder);
        if (file.kind == file_kind::symlink) return verdict_of(verdict_code::symlink);
        if (file.kind == file_kind::other) return verdict_of(verdict_code::not_regular);
        const auto* by_marker = std::get_if<model::stable_by_marker>(&in_.rules.stable);
        if (by_marker != nullptr && by_marker->marker.matches(file.path)) return verdict_of(verdict_code::marker);
        if (in_.rules.checksum && in_.rules.checksum->matches(file.path))
            return verdict_of(verdict_code::checksum_file);
        if (const auto* pattern = in_.rules.filter.excluded_by(file.path))
            return verdict{.code = verdict_code::excluded, .pattern = pattern};
        if (!in_.rules.filter.included(file.path)) return verdict_of(verdict_code::not_included);
        if (!file.size) return verdict_of(verdict_code::no_size);
        return {};
    }

    verdict judge(index i) {
        const auto& file = in_.listing[i];
        if (const auto found = unfit(file)) return *found;
        std::uint32_t latest = 0;
        const known_version* same = nullptr;
        const auto order = [](const known_version& one) { return std::pair{one.repull, one.version}; };
        for (const auto v : with_path(in_.ledger, versions_, file.path)) {
            const auto& version = in_.ledger[v];
            latest = std::max(latest, version.version);
            if (same_content(version, file) && (same == nullptr || order(version) > order(*same))) same = &version;
        }
        if (same != nullptr && same->state != progress::seen) return judge_known(i, *same, latest);
        return judge_candidate(i, latest == 0 ? verdict_code::fresh : verdict_code::changed, latest + 1);
    }

    verdict judge_known(index i, const known_version& known, std::uint32_t latest) {
        switch (known.state) {
            case progress::pulled:
                return {.code = verdict_code::already_pulled, .version = known.version};
            case progress::in_progress:
                return {.code = verdict_code::in_progress, .version = known.version};
            case progress::seen:  // judged as a candidate
            case progress::wanted_again:
                return place(i, verdict_code::wanted_again, latest + 1, {});
            case progress::failed:
                break;
        }
        const auto version = known.version == 0 ? latest + 1 : known.version;
        if (known.retry_at > in_.now)
            return {.code = verdict_code::retry_later, .version = version, .ago = known.retry_at - in_.now};
        auto key = known.key.empty() ? std::nullopt : parsed_key(known.key);
        return key ? pull(i, verdict_code::retry, version, std::move(key)) : place(i, verdict_code::retry, version, {});
    }

    /// A version that has not been tried: it must be complete.
    verdict judge_candidate(index i, verdict_code code, std::uint32_t version) {
        const auto& file = in_.listing[i];
        const auto before = with_path(in_.looks, looks_, file.path);
        auto current = look_at(file, before.empty() ? nullptr : &in_.looks[before.front()], in_.now);
        const auto finding = judge_stability(in_.rules.stable, file, current, companion(file, marker_rule()), in_.now);
        if (finding.ready) out_.look_again = std::min(*finding.ready, out_.look_again.value_or(*finding.ready));
        auto verdict = finding.waiting;
        if (!verdict && in_.rules.checksum && companion(file, &*in_.rules.checksum) == nullptr)
            verdict = transfer::verdict{.code = verdict_code::waits_for_checksum};
        if (verdict) {
            verdict->version = version;
            keep(std::move(current));
            return *verdict;
        }
        return place(i, code, version, std::move(current));
    }

    /// A version that is to be pulled now, if it has a place of its own.
    verdict place(index i, verdict_code code, std::uint32_t version, std::optional<look> current) {
        const auto& file = in_.listing[i];
        // Each file of an archive has a key of its own.
        const bool is_archive = unpacking_of(in_.rules.unpack, file.path) == model::unpacking::zip;
        if (is_archive || in_.keys.needs_content()) return pull(i, code, version, {}, std::move(current));
        auto key = in_.keys.render({.path = unpacked_path(in_.rules.unpack, file.path),
                                    .connection = in_.connection,
                                    .folder = in_.folder,
                                    .version = version,
                                    .date = local_now_,
                                    .mtime = local_mtime(file)});
        if (const auto owner = claims_.claim(key.text(), file.path); !owner.empty()) {
            if (current) keep(std::move(*current));
            return {.code = verdict_code::key_taken, .version = version, .other = owner};
        }
        return pull(i, code, version, std::move(key), std::move(current));
    }

    verdict pull(index i, verdict_code code, std::uint32_t version, std::optional<model::destination_key> key,
                 std::optional<look> current = {}) {
        out_.pulls.push_back({i, version, std::move(key)});
        if (current) pulled_looks_.emplace_back(i, std::move(*current));
        return {.code = code, .version = version};
    }

    void order_pulls() {
        constexpr auto last = std::numeric_limits<std::uint64_t>::max();
        const auto rank = [&](const planned_pull& pull) {
            const auto& file = in_.listing[pull.index];
            switch (in_.rules.order) {
                case model::pull_order::name:
                    return std::pair{std::uint64_t{0}, file.path};
                case model::pull_order::mtime:
                    return std::pair{file.mtime ? std::uint64_t{*file.mtime} : last, file.path};
                case model::pull_order::size:
                    break;
            }
            return std::pair{*file.size, file.path};
        };
        std::ranges::sort(out_.pulls, {}, rank);
    }

    void apply_limits() {
        std::size_t taken = 0;
        std::uint64_t octets = 0;
        for (const auto& pull : out_.pulls) {
            const auto size = *in_.listing[pull.index].size;
            const bool fits = size <= in_.rules.limits.octets && octets <= in_.rules.limits.octets - size;
            if (taken == in_.rules.limits.files || (taken > 0 && !fits)) break;
            octets += size;
            ++taken;
        }
        for (auto left = taken; left < out_.pulls.size(); ++left)
            out_.verdicts[out_.pulls[left].index].code = verdict_code::over_limit;
        out_.pulls.erase(out_.pulls.begin() + static_cast<std::ptrdiff_t>(taken), out_.pulls.end());
        // A file that is ready must not start to wait anew because a run had enough.
        for (auto& [i, look] : pulled_looks_)
            if (out_.verdicts[i].code == verdict_code::over_limit) keep(std::move(look));
    }

    [[nodiscard]] const model::companion_name* marker_rule() const {
        const auto* rule = std::get_if<model::stable_by_marker>(&in_.rules.stable);
        return rule == nullptr ? nullptr : &rule->marker;
    }
    /// The regular file beside `file` that `name` makes of it.
    [[nodiscard]] const listed_file* companion(const listed_file& file, const model::companion_name* name) const {
        if (name == nullptr) return nullptr;
        const auto found = with_path(in_.listing, files_, name->of(file.path));
        if (found.empty()) return nullptr;
        const auto& other = in_.listing[found.front()];
        return other.kind == file_kind::regular || other.kind == file_kind::unknown ? &other : nullptr;
    }
    [[nodiscard]] std::optional<model::local_time> local_mtime(const listed_file& file) const {
        if (!file.mtime) return {};
        return model::to_local(in_.zone, sys_seconds{seconds{*file.mtime}});
    }
    static std::optional<model::destination_key> parsed_key(std::string_view text) {
        auto key = model::destination_key::parse(std::string{text});
        return key ? std::optional{std::move(*key)} : std::nullopt;
    }
    void keep(look&& current) { out_.looks.push_back(std::move(current)); }

    const plan_input& in_;
    std::vector<index> files_, versions_, looks_;  ///< positions in the order of paths
    key_claims claims_;
    model::local_time local_now_;
    pull_plan out_{};
    std::vector<std::pair<index, look>> pulled_looks_{};
};

}  // namespace

pull_plan plan(const plan_input& input) {
    return planner{input}.make();
}

}  // namespace gangway::transfer
