#include "serve.hpp"

#include "data_folder.hpp"
#include "folder_lock.hpp"
#include "keeping.hpp"
#include "logged_access.hpp"
#include "process.hpp"
#include "pulling.hpp"
#include "webhook_delivery.hpp"

#include <gangway/api/client_limits.hpp>
#include <gangway/api/management.hpp>
#include <gangway/api/server.hpp>
#include <gangway/app/event_log.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/net/known_hosts.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/remote/sessions.hpp>
#include <gangway/transfer/notices.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace gangway::app {
namespace {

namespace asio = net::asio;

/// For name lookups and key files: so many may hang before others wait.
constexpr std::size_t blocking_threads = 16;
constexpr int could_not_start = 2;

int exit_code_of(int signal) noexcept {
    return 128 + signal;
}

void run_until_stopped(asio::io_context& io, event_log& log) noexcept {
    for (;;) {
        try {
            io.run();
            return;
        } catch (const std::exception& failure) {
            log.write(log_level::error, "trouble", {{"where", "worker"}, {"what", failure.what()}});
        }
    }
}

net::awaitable<void> stop_on_signal(asio::signal_set& signals, api::server& server, pulling& pulls,
                                    webhook_delivery& webhooks, std::chrono::milliseconds limit, event_log& log) {
    using namespace asio::experimental::awaitable_operators;
    const int first = co_await signals.async_wait(asio::use_awaitable);
    log.write(log_level::info, "stopping", {{"signal", first}, {"limit_ms", limit.count()}});
    signals.async_wait([&log](const boost::system::error_code& failure, int second) {
        if (failure) return;
        log.write(log_level::warning, "stopped", {{"signal", second}, {"atOnce", "true"}});
        std::_Exit(exit_code_of(second));
    });
    co_await (server.stop(limit) && pulls.stop(limit));
    co_await webhooks.stop();
    signals.cancel();
}

/// The threads that do the work, the calling one among them.
void run_on_all_cores(asio::io_context& io, event_log& log) {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < std::max(2U, std::thread::hardware_concurrency()); ++i)
        workers.emplace_back([&io, &log] { run_until_stopped(io, log); });
    run_until_stopped(io, log);
}

void tell_ignored(event_log& log, const std::vector<unknown_variable>& variables) {
    for (const auto& each : variables)
        log.write(log_level::warning, "ignored", {{"variable", each.name}, {"didYouMean", each.meant}});
}

/// Reads the API tokens before anybody asks with one.
base::result<void> start(api::token_book& tokens) {
    asio::io_context once{1};
    base::result<void> read;
    constexpr auto begin = [](api::token_book& book, base::result<void>& outcome) -> net::awaitable<void> {
        outcome = co_await book.start();
    };
    asio::co_spawn(once, begin(tokens, read), asio::detached);
    once.run();
    return read;
}

int refuse_to_start(event_log& log, const base::error& why) {
    log.write(log_level::error, "refused", {{"error", why.message}, {"field", why.fact_named("field")}});
    return could_not_start;
}

}  // namespace

int serve(settings decided) {
    event_log log{decided.format, decided.level};
    tell_ignored(log, decided.ignored);
    keep_files_private();
    if (const auto usable = prepare_data_dir(decided.data_dir); !usable) return refuse_to_start(log, usable.error());
    const auto in_use = folder_lock::take(decided.data_dir, folder_lock::how::shared);
    if (!in_use) return refuse_to_start(log, in_use.error());

    // Destroyed from the last to the first: what runs on `io` refers to what stands before it.
    logged_access requests{log};
    asio::thread_pool blocking{blocking_threads};
    const net::egress_policy egress{std::move(decided.egress)};
    const auto host_keys =
        logging_pins(net::make_known_hosts_policy(decided.data_dir / "known_hosts", {}, net::first_contact::pin), log);
    const base::system_clock clock;
    api::client_limits clients{std::move(decided.rates), clock};
    data_folder folder{decided.data_dir, blocking, clock};
    // Logins that are given up with `io` pass their turns on to it.
    std::optional<remote::managed_connections> managed;
    asio::io_context io;
    auto kept = open_keeping(decided, clock);
    if (!kept) return refuse_to_start(log, kept.error());
    asio::signal_set signals{io, SIGINT, SIGTERM, SIGHUP};
    const net::dial_context dialling{
        .egress = egress, .host_keys = *host_keys, .blocking = blocking, .limits = decided.limits};
    // What a strand has to do next is done by the thread that it ran on: to wake another one costs more than most of
    // it. As soon as there is more than one thing to do, others help.
    const net::asio::any_io_executor executor =
        asio::prefer(io.get_executor(), asio::execution::relationship.continuation);
    const auto servers = remote::make_sessions(dialling, executor, {}, &clients);
    managed.emplace(dialling, *kept->database, *kept->secrets, *servers, &transfer::notice_quarantine);
    const auto tokens = std::make_shared<api::token_book>(io.get_executor(), *kept->database, clock);
    if (const auto known = start(*tokens); !known) return refuse_to_start(log, known.error());
    pulling pulls{io.get_executor(),
                  {.database = *kept->database,
                   .secrets = *kept->secrets,
                   .servers = *servers,
                   .managed = *managed,
                   .egress = egress,
                   .clock = clock,
                   .blocking = blocking},
                  decided,
                  log};
    kept_check remembered{*kept->database, *kept->secrets, clock};
    pull_check pulled{pulls.service(), clock};
    all_checks needed{{&folder, &remembered, &pulled}};
    api::service_pulls asked{pulls.service()};
    api::management management{.database = *kept->database,
                               .secrets = *kept->secrets,
                               .connections = *managed,
                               .tokens = *tokens,
                               .blocking = blocking,
                               .pulling = &asked,
                               .pull_roots = decided.pull_roots,
                               .pulled = &pulls.service()};
    const auto server = api::server::start(executor, decided.listen,
                                           {.access = {.allowed_hosts = std::move(decided.allowed_hosts),
                                                       .allowed_origins = std::move(decided.allowed_origins),
                                                       .api_token = std::move(decided.api_token),
                                                       .tokens = tokens.get()},
                                            .clients = &clients,
                                            .ready = &needed,
                                            .managed = &management},
                                           *servers, requests);
    if (!server) return refuse_to_start(log, server.error());
    const auto address = (*server)->address();
    log.write(log_level::info, "listening", {{"address", address.address().to_string()}, {"port", address.port()}});

    webhook_delivery webhooks{io.get_executor(), *kept->database, *kept->secrets, egress,
                              decided.ca_file,   clock,           blocking,       log};
    pulls.service().start();
    asio::co_spawn(io, stop_on_signal(signals, **server, pulls, webhooks, decided.stop_limit, log),
                   [&](const std::exception_ptr&) { io.stop(); });
    run_on_all_cores(io, log);
    // What is still being looked up or decoded would come back to `io`.
    tokens->stop();
    blocking.stop();
    blocking.join();
    log.write(log_level::info, "stopped");
    return 0;
}

}  // namespace gangway::app
