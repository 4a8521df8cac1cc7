#include "metrics_text.hpp"

#include <gtest/gtest.h>

namespace gangway::api {
namespace {

// The forms are those of the example in Prometheus' "Exposition formats", section "Text-based format".
TEST(metrics_text, families_have_a_head_and_samples_with_labels) {
    metrics_text text;
    text.counter("http_requests_total", "The total number of HTTP requests.");
    text.sample(std::uint64_t{1027}, {{"method", "post"}, {"code", "200"}});
    text.sample(3U, {{"method", "post"}, {"code", "400"}});
    text.gauge("metric_without_labels", "Minimalistic line:");
    text.sample(12.47);
    EXPECT_EQ(text.take(),
              "# HELP http_requests_total The total number of HTTP requests.\n"
              "# TYPE http_requests_total counter\n"
              "http_requests_total{method=\"post\",code=\"200\"} 1027\n"
              "http_requests_total{method=\"post\",code=\"400\"} 3\n"
              "# HELP metric_without_labels Minimalistic line:\n"
              "# TYPE metric_without_labels gauge\n"
              "metric_without_labels 12.47\n");
}

TEST(metrics_text, label_values_are_escaped) {
    metrics_text text;
    text.gauge("m", "h");
    text.sample(1U, {{"path", "C:\\DIR\\\"x\"\n"}});
    EXPECT_TRUE(text.take().ends_with("m{path=\"C:\\\\DIR\\\\\\\"x\\\"\\n\"} 1\n"));
}

TEST(metrics_text, histograms_have_suffixes_and_whole_numbers_keep_all_digits) {
    metrics_text text;
    text.histogram("h", "x");
    text.sample(std::uint64_t{18446744073709551615U}, {{"le", "+Inf"}}, "_bucket");
    text.sample(0.5, {}, "_sum");
    EXPECT_TRUE(text.take().ends_with("h_bucket{le=\"+Inf\"} 18446744073709551615\nh_sum 0.5\n"));
}

}  // namespace
}  // namespace gangway::api
