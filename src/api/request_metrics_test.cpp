#include "request_metrics.hpp"

#include "routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

namespace gangway::api {
namespace {

using std::chrono::microseconds;
using ::testing::HasSubstr;
using ::testing::Not;

request_event event(std::string_view route, std::string method, unsigned status, microseconds duration = {},
                    std::string code = "") {
    request_event made;
    made.method = std::move(method);
    made.route = route;
    made.status = status;
    made.duration = duration;
    made.bytes_in = 100;
    made.bytes_out = 1000;
    made.code = std::move(code);
    return made;
}

std::string text_of(const request_metrics& counted) {
    metrics_text text;
    counted.write(text);
    return text.take();
}

TEST(request_metrics, count_by_route_method_and_status) {
    request_metrics counted;
    counted.count(event("/api/sftp/stat", "POST", 200));
    counted.count(event("/api/sftp/stat", "POST", 200));
    counted.count(event("/api/sftp/stat", "POST", 404, {}, "no_such_file"));
    counted.count(event("/api/sftp/connect", "GET", 200));
    const auto text = text_of(counted);
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"/api/sftp/stat\",method=\"POST\",status=\"200\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"/api/sftp/stat\",method=\"POST\",status=\"404\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"/api/sftp/connect\",method=\"GET\",status=\"200\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("received_bytes_total{route=\"/api/sftp/stat\"} 300\n"));
    EXPECT_THAT(text, HasSubstr("sent_bytes_total{route=\"/api/sftp/stat\"} 3000\n"));
    EXPECT_THAT(text, HasSubstr("errors_total{code=\"no_such_file\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("/api/sftp/list")));
}

TEST(request_metrics, durations_are_in_every_bucket_above_them) {
    request_metrics counted;
    for (const int duration : {250, 251, 1000, 90'000'000, 200'000'000})
        counted.count(event("/healthz", "GET", 200, microseconds{duration}));
    const auto text = text_of(counted);
    const auto bucket = [](std::string_view end, int count) {
        return "_bucket{route=\"/healthz\",le=\"" + std::string{end} + "\"} " + std::to_string(count) + "\n";
    };
    EXPECT_THAT(text, HasSubstr(bucket("0.00025", 1)));
    EXPECT_THAT(text, HasSubstr(bucket("0.0005", 2)));
    EXPECT_THAT(text, HasSubstr(bucket("0.001", 3)));
    EXPECT_THAT(text, HasSubstr(bucket("30", 3)));
    EXPECT_THAT(text, HasSubstr(bucket("120", 4)));
    EXPECT_THAT(text, HasSubstr(bucket("+Inf", 5)));
    EXPECT_THAT(text, HasSubstr("_count{route=\"/healthz\"} 5\n"));
    EXPECT_THAT(text, HasSubstr("_sum{route=\"/healthz\"} 290.001501\n"));
}

TEST(request_metrics, nothing_that_a_client_chooses_makes_a_new_series) {
    request_metrics counted;
    for (int i = 0; i < 1000; ++i)
        counted.count(
            event("", "METHOD" + std::to_string(i), 600U + static_cast<unsigned>(i), {}, "code" + std::to_string(i)));
    const auto text = text_of(counted);
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"other\",method=\"other\",status=\"other\"} 1000\n"));
    EXPECT_THAT(text, HasSubstr("errors_total{code=\"other\"} 1000\n"));
    EXPECT_LT(std::ranges::count(text, '\n'), 40);
}

TEST(request_metrics, know_every_route) {
    request_metrics counted;
    for (const auto& route : all_routes())
        counted.count(event(route.path, "POST", 200));
    const auto text = text_of(counted);
    for (const auto& route : all_routes())
        EXPECT_THAT(text, HasSubstr("requests_total{route=\"" + std::string{route.path} + "\","));
    EXPECT_THAT(text, Not(HasSubstr("\"other\"")));
}

TEST(request_metrics, count_from_several_threads_at_once) {
    request_metrics counted;
    const auto work = [&counted] {
        for (int i = 0; i < 10'000; ++i)
            counted.count(event("/healthz", "GET", 200));
    };
    std::jthread first{work};
    std::jthread second{work};
    first.join();
    second.join();
    EXPECT_THAT(text_of(counted), HasSubstr("method=\"GET\",status=\"200\"} 20000\n"));
}

}  // namespace
}  // namespace gangway::api
