#include "operations.hpp"

#include <gangway/model/host.hpp>
#include <gangway/net/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::cli {
namespace {

TEST(checkup_text, steps_show_result_duration_findings_and_advice) {
    net::checkup result;
    result.steps.push_back({.name = "dns",
                            .duration = std::chrono::microseconds{420},
                            .failure = {},
                            .findings = {{"addresses", "192.0.2.1"}}});
    result.steps.push_back({.name = "tcp",
                            .duration = std::chrono::microseconds{1'203'000},
                            .failure = base::error{net::errc::connection_refused, base::phase::tcp, "nobody listens"},
                            .findings = {},
                            .advice = "Check the port."});
    const model::endpoint server{model::host::parse("example.com").value(), 2222};
    EXPECT_EQ(checkup_text(server, result),
              "example.com:2222\n"
              "ok   dns                0.4 ms\n"
              "       addresses: 192.0.2.1\n"
              "FAIL tcp               1203 ms\n"
              "       nobody listens\n"
              "       -> Check the port.\n");
}

}  // namespace
}  // namespace gangway::cli
