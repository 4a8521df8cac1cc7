/// Any text as a cron schedule: what is accepted has a next moment, which lies on a whole minute behind now.

#include <gangway/model/cron.hpp>

#include <cstdint>
#include <cstdlib>

using gangway::model::cron;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = cron::parse(std::string{data, data + size});
    if (!parsed) return 0;
    const std::chrono::sys_seconds now{std::chrono::seconds{1'767'225'599}};
    const auto next = parsed->next_after(now, gangway::model::fixed_zone{});
    if (!next || *next <= now || next->time_since_epoch().count() % 60 != 0) std::abort();
    return 0;
}
