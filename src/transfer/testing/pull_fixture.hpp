#pragma once
/// For tests: a service with a database in memory, runs that the test ends, and time that it lets pass.

#include "manual_time.hpp"

#include <gangway/store/audit.hpp>
#include <gangway/transfer/pull_service.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gangway::transfer::testing {

using namespace std::chrono_literals;

/// Ends each run as the test says, or when it is cancelled.
class fake_runner final : public folder_runner {
  public:
    struct going_on {
        run_order order;
        run_progress* progress;
        net::asio::steady_timer* wait;
        std::optional<run_result> result{};
    };

    net::awaitable<run_result> run(run_order order, run_progress& progress) override;
    net::async_result<transfer::dry_run> dry_run(store::connection connection, store::folder folder,
                                                 folder_settings) override {
        transfer::dry_run found;
        found.files.push_back({.path = connection.name + "/" + folder.name});
        co_return found;
    }

    net::awaitable<run_result> finish(run_order order) override;
    net::async_result<open_sink> open(store::folder folder, folder_settings) override {
        if (refusal) co_return std::unexpected(*refusal);
        events.push_back("open " + folder.id);
        co_return nullptr;
    }
    net::async_result<void> tidy(std::string folder, open_sink) override {
        events.push_back("tidy " + folder);
        co_return base::result<void>{};
    }

    std::vector<std::string> events{};            ///< but for runs
    std::optional<base::error> refusal{};         ///< of `open`, and what `finish` fails with
    std::deque<std::shared_ptr<going_on>> now{};  ///< in the order in which they began
    std::vector<std::string> began{};             ///< folders
};

class fake_watch final : public pull_watch {
  public:
    void run_started(const run_order& order) noexcept override { events.push_back("started " + order.folder.id); }
    void run_ended(const run_order& order, const run_result& result) noexcept override {
        events.push_back("ended " + order.folder.id + " " + std::string(store::to_string(result.run.outcome)));
        if (on_end) std::exchange(on_end, nullptr)();
    }
    void file_missing(const store::folder& folder, std::string_view like, store::timestamp) noexcept override {
        events.push_back("missing " + folder.id + " " + std::string(like));
    }
    void rescheduled(std::string_view folder, store::timestamp, store::timestamp) noexcept override {
        events.push_back("rescheduled " + std::string(folder));
    }
    void removed(const store::removed& what) noexcept override {
        events.push_back("removed " + std::to_string(what.runs));
    }
    void trouble(std::string_view where, const base::error& why) noexcept override {
        events.push_back("trouble " + std::string(where) + ": " + why.message);
    }

    std::vector<std::string> events{};
    std::function<void()> on_end{};  ///< once, when the end of a run can be read and the run is still in hand
};

class pull_fixture : public ::testing::Test {
  protected:
    explicit pull_fixture(pull_options options = {.node = "here", .connections = 2, .lease = 60s});
    ~pull_fixture() override;

    /// A connection, and folders of it with the schedule as JSON ("null": on request only).
    void make_connection(const std::string& id);
    void make_folder(const std::string& id, const std::string& connection, const std::string& schedule,
                     const std::string& expected_by = "");

    template <class Work>
    auto database_does(Work work) {
        auto done = wait_for(database->write(std::move(work)));
        if (!done) throw std::runtime_error(done.error().message);
        if constexpr (!std::is_void_v<typename decltype(done)::value_type>) return std::move(*done);
    }
    template <class T>
    T wait_for(net::awaitable<T> work) {
        std::optional<T> value;
        constexpr auto keep = [](net::awaitable<T> inner, std::optional<T>& into) -> net::awaitable<void> {
            into.emplace(co_await std::move(inner));
        };
        net::asio::co_spawn(io, keep(std::move(work), value), net::asio::detached);
        while (!value)
            io.run_one();
        return std::move(*value);
    }
    /// Goes on until everybody waits for time to pass or for a run to be ended: nobody takes more turns with the
    /// database in a row than this grants.
    void settle();
    void pass(std::chrono::seconds time) {
        clock.pass(time);
        settle();
    }
    /// Ends the oldest run that goes on.
    void end_run(store::run_outcome how, const std::function<void(run_result&)>& more = {});
    void stop();

    [[nodiscard]] std::optional<store::run> run_row(const std::string& id);
    [[nodiscard]] std::optional<store::due_folder> due(const std::string& folder);
    [[nodiscard]] store::connection connection_row(const std::string& id);

    manual_time clock{};
    net::asio::io_context io{1};
    net::asio::executor_work_guard<net::asio::io_context::executor_type> working{io.get_executor()};
    std::unique_ptr<store::async_database> database{};
    fake_runner runner{};
    fake_watch watch{};
    std::unique_ptr<pull_service> service{};
    bool stopped = false;
};

}  // namespace gangway::transfer::testing
