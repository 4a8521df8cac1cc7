#include <gangway/model/time_zone.hpp>

#include <algorithm>

namespace gangway::model {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The first moment after `from` with another offset than `from` has; `to` has one.
sys_seconds jump_between(const time_zone& zone, sys_seconds from, sys_seconds to) {
    const auto before = zone.offset_at(from);
    while (to - from > seconds{1}) {
        const auto middle = from + (to - from) / 2;
        (zone.offset_at(middle) == before ? from : to) = middle;
    }
    return to;
}

}  // namespace

sys_seconds first_moment(const time_zone& zone, local_time time) {
    const sys_seconds as_utc{time.time_since_epoch()};
    const auto from = as_utc - hours{24}, to = as_utc + hours{24};
    const auto before = zone.offset_at(from), after = zone.offset_at(to);
    const auto earlier = as_utc - before, later = as_utc - after;
    if (before == after) return earlier;
    const auto jump = jump_between(zone, from, to);
    if (earlier < jump) return earlier;
    return std::max(later, jump);
}

}  // namespace gangway::model
