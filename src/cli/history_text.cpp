#include "history_text.hpp"

#include "json_values.hpp"
#include "sizes.hpp"
#include "table_text.hpp"
#include "told_error.hpp"

#include <fmt/format.h>

#include <array>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr auto run_columns = std::to_array<column>({{"run", "id"},
                                                    {"connection", "connection"},
                                                    {"folder", "folder"},
                                                    {"cause", "cause"},
                                                    {"outcome", "outcome"},
                                                    {"started", "startedAt", as::time},
                                                    {"ended", "endedAt", as::time},
                                                    {"listed", "listed"},
                                                    {"pulled", "pulled"},
                                                    {"failed", "failed"},
                                                    {"size", "octets", as::size},
                                                    {"error", "error"},
                                                    {"code", "code"},
                                                    {"phase", "phase"},
                                                    {"key", "key"},
                                                    {"host key", "hostKey"},
                                                    {"node", "node"}});

}  // namespace

std::string run_text(const json::object& run) {
    return details_text(run, run_columns);
}

std::string run_progress_text(const json::object& run) {
    const auto& now = object_at(run, "progress");
    const auto count = [&now](std::string_view member) { return number_at(now, member).value_or(0); };
    if (text_at(run, "outcome") == "waiting") return "waiting for another run of this connection";
    return fmt::format("listed {}, pulled {}, failed {}, {}", count("listed"), count("pulled"), count("failed"),
                       size_text(count("octets")));
}

bool has_ended(const json::object& run) noexcept {
    const auto outcome = text_at(run, "outcome");
    return outcome != "running" && outcome != "waiting";
}

std::optional<base::error> failure_of_run(const json::object& run) {
    const auto outcome = text_at(run, "outcome");
    if (outcome == "succeeded") return std::nullopt;
    auto failure = told_error(run);
    if (!text_at(run, "error").empty()) return failure;
    if (outcome == "partial")
        failure.message = fmt::format("{} files could not be pulled; the next run tries them again",
                                      number_at(run, "failed").value_or(0));
    else
        failure.message = "the run ended as " + cell_text(run, {"", "outcome"});
    return failure;
}

}  // namespace gangway::cli
