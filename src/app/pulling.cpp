#include "pulling.hpp"

#include "reachable.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/transfer/destinations.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <filesystem>
#include <system_error>

namespace gangway::app {
namespace {

transfer::run_tools tools_of(const pull_parts& parts, const settings& decided) {
    return {.database = parts.database,
            .servers = parts.servers,
            .clock = parts.clock,
            .find_target = [&managed = parts.managed](std::string id) { return managed.find(std::move(id)); },
            .open_destination =
                [parts, ca_file = decided.ca_file](const store::folder& folder,
                                                   const transfer::folder_settings& settings, std::stop_token stop) {
                    return transfer::open_destination({.database = parts.database,
                                                       .secrets = parts.secrets,
                                                       .clock = parts.clock,
                                                       .blocking = parts.blocking,
                                                       .may_reach = allowed_by(parts.egress),
                                                       .ca_file = ca_file},
                                                      folder, settings, std::move(stop));
                },
            .scratch = decided.data_dir};
}

}  // namespace

void logged_pulls::run_started(const transfer::run_order& order) noexcept {
    log_.write(log_level::info, "run_started",
               {{"run", order.run.id},
                {"connection", order.run.connection_id},
                {"folder", order.run.folder_id},
                {"cause", store::to_string(order.run.cause)}});
}

void logged_pulls::run_ended(const transfer::run_order& order, const transfer::run_result& result) noexcept {
    const auto& run = result.run;
    const bool bad = run.outcome == store::run_outcome::failed || run.outcome == store::run_outcome::partial;
    log_.write(bad ? log_level::warning : log_level::info, "run_ended",
               {{"run", order.run.id},
                {"connection", order.run.connection_id},
                {"folder", order.run.folder_id},
                {"outcome", store::to_string(run.outcome)},
                {"listed", run.listed},
                {"pulled", run.pulled},
                {"failed", run.failed},
                {"octets", run.octets},
                {"error", run.error},
                {"code", run.code},
                {"phase", run.phase}});
}

void logged_pulls::file_missing(const store::folder& folder, std::string_view like, store::timestamp) noexcept {
    log_.write(log_level::warning, "file_missing", {{"folder", folder.id}, {"name", folder.name}, {"like", like}});
}

void logged_pulls::rescheduled(std::string_view folder_id, store::timestamp before, store::timestamp now_due) noexcept {
    log_.write(log_level::warning, "rescheduled",
               {{"folder", folder_id},
                {"seconds", std::chrono::duration_cast<std::chrono::seconds>(before - now_due).count()}});
}

void logged_pulls::removed(const store::removed& what) noexcept {
    log_.write(log_level::info, "removed",
               {{"runs", what.runs}, {"files", what.files}, {"audit", what.audit}, {"deliveries", what.deliveries}});
}

void logged_pulls::trouble(std::string_view where, const base::error& why) noexcept {
    log_.write(log_level::error, "trouble", {{"where", where}, {"what", why.message}});
}

pulling::pulling(const net::asio::any_io_executor& where, const pull_parts& parts, const settings& decided,
                 event_log& log)
    : watch_(log),
      runner_(transfer::make_folder_runner(tools_of(parts, decided))),
      service_(where,
               {.database = parts.database,
                .runner = *runner_,
                .clock = parts.clock,
                .sleeps = sleeper_,
                .watch = watch_,
                .code_of = [](const std::error_code& code) { return api::classify(code).code; }},
               {.node = decided.node_name, .connections = decided.pull_connections, .keep = decided.keep}) {
}

net::awaitable<void> pulling::stop(std::chrono::milliseconds limit) {
    using namespace net::asio::experimental::awaitable_operators;
    net::asio::steady_timer enough{co_await net::asio::this_coro::executor, limit};
    static_cast<void>(co_await (service_.stop() || enough.async_wait(net::asio::use_awaitable)));
}

net::awaitable<std::vector<std::string>> pull_check::look() {
    std::vector<std::string> missing;
    if (!service_.is_alive()) missing.emplace_back("pulls");
    co_return missing;
}

}  // namespace gangway::app
