#include "pull_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gangway::api {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const transfer::pull_statistics& counted) {
    metrics_text text;
    write_pulls(text, counted, store::timestamp{1000s});
    return text.take();
}

TEST(pull_metrics, runs_are_told_by_outcome_and_running_ones_are_no_outcome) {
    const auto text = text_of({.runs = {0, 5, 1, 2, 3}, .files = 7, .octets = 8, .running = 1});
    EXPECT_THAT(text, HasSubstr("gangway_pull_runs_total{outcome=\"succeeded\"} 5\n"));
    EXPECT_THAT(text, HasSubstr("gangway_pull_runs_total{outcome=\"interrupted\"} 3\n"));
    EXPECT_THAT(text, Not(HasSubstr("outcome=\"running\"")));
    EXPECT_THAT(text, HasSubstr("\ngangway_pull_files_total 7\n"));
    EXPECT_THAT(text, HasSubstr("\ngangway_pull_bytes_total 8\n"));
    EXPECT_THAT(text, HasSubstr("\ngangway_pull_running 1\n"));
}

TEST(pull_metrics, a_success_is_told_by_its_age_which_is_never_negative) {
    const auto text =
        text_of({.last_success = {{"con_a", store::timestamp{400s}}, {"con_b", store::timestamp{2000s}}}});
    EXPECT_THAT(text, HasSubstr("gangway_pull_seconds_since_success{connection=\"con_a\"} 600\n"));
    EXPECT_THAT(text, HasSubstr("gangway_pull_seconds_since_success{connection=\"con_b\"} 0\n"));
}

}  // namespace
}  // namespace gangway::api
