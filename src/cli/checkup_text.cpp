#include "operations.hpp"
#include "sizes.hpp"

#include <fmt/format.h>

#include <iterator>

namespace gangway::cli {

std::string checkup_text(const model::endpoint& server, const net::checkup& result) {
    auto text = fmt::format("{}\n", server.text());
    const auto out = std::back_inserter(text);
    for (const auto& step : result.steps) {
        fmt::format_to(out, "{} {:<16}{:>9}\n", step.failure ? "FAIL" : "ok  ", step.name,
                       milliseconds_text(step.duration));
        for (const auto& finding : step.findings)
            fmt::format_to(out, "       {}: {}\n", finding.name, finding.value);
        if (step.failure) fmt::format_to(out, "       {}\n", step.failure->message);
        if (!step.advice.empty()) fmt::format_to(out, "       -> {}\n", step.advice);
    }
    return text;
}

}  // namespace gangway::cli
