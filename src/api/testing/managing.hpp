#pragma once
/// For tests: the routes of managed things over a database in memory, without HTTP around them.

#include "../routes.hpp"
#include "../upload_store.hpp"
#include "scripted_sessions.hpp"

#include <gangway/api/management.hpp>
#include <gangway/api/services.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/vault/unlock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gangway::api::testing {

/// Trusts nobody: nothing here is dialled.
class no_keys final : public net::host_key_policy {
  public:
    std::vector<std::string> known_types(const model::endpoint&) override { return {}; }
    net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint, net::host_key) override {
        co_return base::fail(net::errc::host_key_unknown, base::phase::hostkey, "nobody");
    }
};

class one_piece final : public request_body {
  public:
    explicit one_piece(std::string text) : text_(std::move(text)) {}
    std::optional<std::uint64_t> announced() const noexcept override { return text_.size(); }
    net::async_result<std::string_view> read() override {
        co_return std::exchange(read_, true) ? std::string_view{} : std::string_view{text_};
    }

  private:
    std::string text_;
    bool read_ = false;
};

class kept_body final : public body_sink {
  public:
    net::async_result<void> write(std::string_view octets) override {
        pieces.emplace_back(octets);
        co_return base::result<void>{};
    }
    std::vector<std::string> pieces{};
};

/// Pulls nothing; remembers what it was asked for.
class scripted_pulls final : public pulls {
  public:
    net::async_result<std::string> run_now(std::string folder_id, std::string actor) override {
        asked.push_back("run " + folder_id + " by " + actor);
        if (refusal) co_return std::unexpected(*refusal);
        co_return std::string{"run_1"};
    }
    net::async_result<transfer::dry_run> dry_run(std::string folder_id) override {
        asked.push_back("dry-run " + folder_id);
        if (refusal) co_return std::unexpected(*refusal);
        co_return verdicts;
    }
    bool cancel(const std::string& run_id) override {
        asked.push_back("cancel " + run_id);
        return true;
    }
    std::optional<transfer::run_snapshot> progress(const std::string& run_id) const override {
        if (live && live->run_id == run_id) return live;
        return std::nullopt;
    }
    net::async_result<std::string> pull_again(std::string file_id, std::string actor) override {
        asked.push_back("again " + file_id + " by " + actor);
        if (refusal) co_return std::unexpected(*refusal);
        co_return std::string{"again_1"};
    }
    void wake() override { ++woken; }
    net::awaitable<transfer::removal> prepare_removal(std::string connection_id, std::string folder_id) override {
        asked.push_back("prepare " + connection_id + folder_id);
        co_return transfer::removal{.connection_id = std::move(connection_id), .folder_id = std::move(folder_id)};
    }
    void removed(transfer::removal what) override { asked.push_back("removed " + what.connection_id + what.folder_id); }

    std::vector<std::string> asked{};
    std::optional<base::error> refusal{};
    std::optional<transfer::run_snapshot> live{};
    transfer::dry_run verdicts{};
    int woken = 0;
};

class managing : public ::testing::Test {
  protected:
    managing();
    ~managing() override { std::filesystem::remove_all(scratch); }

    template <class T>
    T run(net::awaitable<T> work) {
        constexpr auto kept = [](net::awaitable<T> inner, std::optional<T>& value) -> net::awaitable<void> {
            value.emplace(co_await std::move(inner));
        };
        std::optional<T> value;
        auto outcome = net::asio::co_spawn(context, kept(std::move(work), value), net::asio::use_future);
        context.restart();
        context.run();
        outcome.get();
        return std::move(*value);
    }
    template <class Work>
    auto write(Work work) {
        auto done = run(database->write(std::move(work)));
        if (!done) throw std::runtime_error{done.error().message};
        if constexpr (!std::is_void_v<typename decltype(done)::value_type>) return *std::move(done);
    }
    /// What the route of this method and target answers; a stream is written into its body.
    answer ask(std::string method, std::string target, std::string body = "",
               std::vector<resource_request::owned_field> fields = {{"Content-Type", "application/json"}}) {
        resource_request request{.from = {.name = "token ops"}, .method = std::move(method), .fields = fields};
        if (const auto mark = target.find('?'); mark != std::string::npos) {
            request.query = target.substr(mark + 1);
            target.resize(mark);
        }
        const auto* const route = find_route(target);
        if (route == nullptr || !allows(*route, request.method)) throw std::logic_error{"no such route"};
        const auto [id, rest] = captures_of(*route, target);
        request.id = id;
        request.rest = rest;
        one_piece sent{std::move(body)};
        auto made = run(route->resource(with, std::move(request), sent));
        if (made.stream) {
            kept_body kept;
            EXPECT_TRUE(run(made.stream->send(kept)));
            pieces = kept.pieces.size();
            for (const auto& piece : kept.pieces)
                made.body += piece;
        }
        return made;
    }
    static boost::json::object object(const answer& from) { return boost::json::parse(from.body).as_object(); }
    static std::string text(const answer& from, std::string_view name) {
        const auto all = object(from);
        const auto* const value = all.if_contains({name.data(), name.size()});
        return value == nullptr || !value->is_string() ? "(none)" : std::string{value->as_string().c_str()};
    }
    static std::string header(const answer& from, std::string_view name) {
        for (const auto& each : from.headers)
            if (each.name == name) return each.value;
        return "(none)";
    }
    /// The actions in the audit, newest first.
    std::vector<std::string> actions() {
        std::vector<std::string> all;
        write([&](store::transaction& tx) {
            all.clear();
            for (const auto& entry : store::audit::list(tx, "", 0, 100))
                all.push_back(entry.actor + ": " + entry.action);
        });
        return all;
    }

    static std::filesystem::path make_scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "gangway-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        return std::filesystem::canonical(name);
    }

    std::filesystem::path scratch = make_scratch();
    base::system_clock clock{};
    net::asio::io_context context{1};
    net::asio::io_context timers{1};  ///< never runs: nothing expires by itself
    std::unique_ptr<store::async_database> database{
        *store::async_database::open({.where = ":memory:"}, clock, store::async_database::limits{})};
    vault::vault secrets{vault::keyring::generate()};
    scripted_sessions servers{};
    no_keys nobody{};
    net::egress_policy egress{net::egress_rules{}};
    net::asio::thread_pool blocking{1};
    remote::managed_connections connections{
        {.egress = egress, .host_keys = nobody, .blocking = blocking}, *database, secrets, servers};
    token_book tokens{context.get_executor(), *database, clock};
    scripted_pulls pulled{};
    management managed{*database, secrets, connections, tokens, blocking, &pulled, {scratch / "pulled", scratch / "b"}};
    read_ahead downloads{1U << 20};
    std::shared_ptr<remote::session_store> sessions{
        std::make_shared<remote::session_store>(timers.get_executor(), clock)};
    upload_store uploads{clock};
    services with{servers, *sessions, downloads, uploads, nullptr, nullptr, &managed};
    std::size_t pieces = 0;  ///< of the stream that was written last
};

inline managing::managing() {
    write([&](store::transaction& tx) {
        EXPECT_TRUE(vault::recognise(tx, secrets));
        EXPECT_EQ(store::connections::create(tx, {.id = "c1", .name = "one", .host = "h", .username = "u"}),
                  store::changed::done);
    });
}

}  // namespace gangway::api::testing
