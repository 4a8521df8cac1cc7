#include <gangway/model/errors.hpp>
#include <gangway/model/schedule.hpp>
#include <gangway/transfer/zones.hpp>

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using namespace std::chrono_literals;

std::chrono::minutes offset(std::string_view zone, std::chrono::sys_seconds when) {
    return std::chrono::duration_cast<minutes>(find_zone(zone).value()->offset_at(when));
}

TEST(zones, offsets_are_those_of_the_database) {
    const std::chrono::sys_seconds winter = sys_days{2026y / 1 / 15}, summer = sys_days{2026y / 7 / 15};
    EXPECT_EQ(offset("Europe/Berlin", winter), hours{1});
    EXPECT_EQ(offset("Europe/Berlin", summer), hours{2});
    EXPECT_EQ(offset("America/New_York", winter), hours{-5});
    EXPECT_EQ(offset("America/New_York", summer), hours{-4});
    EXPECT_EQ(offset("Asia/Kathmandu", winter), minutes{345});
    EXPECT_EQ(offset("Australia/Lord_Howe", winter), minutes{660});
    EXPECT_EQ(offset("Australia/Lord_Howe", summer), minutes{630});
    EXPECT_EQ(offset("UTC", summer), hours{0});
    EXPECT_EQ(offset("Etc/GMT-3", summer), hours{3});
}

TEST(zones, clocks_jump_at_the_moment_the_database_says) {
    const auto berlin = find_zone("Europe/Berlin").value();
    const std::chrono::sys_seconds jump = sys_days{2026y / 3 / 29} + hours{1};
    EXPECT_EQ(berlin->offset_at(jump - 1s), hours{1});
    EXPECT_EQ(berlin->offset_at(jump), hours{2});
}

TEST(zones, clocks_jump_after_2038_as_before) {
    const auto berlin = find_zone("Europe/Berlin").value();
    const std::chrono::sys_seconds jump = sys_days{2040y / 3 / 25} + hours{1};
    EXPECT_EQ(berlin->offset_at(jump - 1s), hours{1});
    EXPECT_EQ(berlin->offset_at(jump), hours{2});
    const auto nightly = model::cron::parse("0 4 * * *").value();
    const std::chrono::sys_seconds last{seconds{2'147'483'647}};  // 2038-01-19 03:14:07 in UTC
    EXPECT_EQ(nightly.next_after(last, *berlin).value(), sys_days{2038y / 1 / 20} + hours{3});
}

TEST(zones, schedule_runs_at_local_times_on_both_sides_of_a_jump) {
    const auto zone = find_zone("America/New_York").value();
    const auto nightly = model::cron::parse("30 2 * * *").value();
    // 8 March 2026: 02:00 becomes 03:00, at 07:00 UTC.
    auto run = nightly.next_after(sys_days{2026y / 3 / 7}, *zone).value();
    EXPECT_EQ(run, sys_days{2026y / 3 / 7} + hours{7} + minutes{30});
    run = nightly.next_after(run, *zone).value();
    EXPECT_EQ(run, sys_days{2026y / 3 / 8} + hours{7});
    run = nightly.next_after(run, *zone).value();
    EXPECT_EQ(run, sys_days{2026y / 3 / 9} + hours{6} + minutes{30});
    // 1 November 2026: 02:00 becomes 01:00.
    const auto early = model::cron::parse("30 1 * * *").value();
    run = early.next_after(sys_days{2026y / 11 / 1}, *zone).value();
    EXPECT_EQ(run, sys_days{2026y / 11 / 1} + hours{5} + minutes{30});
    EXPECT_EQ(early.next_after(run, *zone).value(), sys_days{2026y / 11 / 2} + hours{6} + minutes{30});
}

TEST(zones, what_is_not_in_the_database_is_refused_and_names_the_field) {
    for (const char* name : {"", "Europe/Nowhere", "CEST", "GMT+1", "+01:00", "europe berlin", "Europe/Berlin\n",
                             "../UTC", "Etc/Unknown", "Müller"}) {
        const auto zone = find_zone(name, "timeZone");
        ASSERT_FALSE(zone) << name;
        EXPECT_EQ(zone.error().code, model::errc::invalid_value);
        EXPECT_EQ(zone.error().fact_named("field"), "timeZone");
    }
}

}  // namespace
}  // namespace gangway::transfer
