#pragma once
/// For tests: a gateway that answers by a script, a person who answers by another, and an action that meets both.

#include "task.hpp"

#include <gangway/cli/administration.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

namespace gangway::cli {

/// "METHOD target" of a call → the answer's status and JSON; several for the same call come one after the other, and
/// the last one again.
class scripted_gateway final : public gateway {
  public:
    void answers(const std::string& call, unsigned status, std::string body) {
        script_[call].push_back({status, std::move(body)});
    }

    net::async_result<boost::json::object> call(api_call wanted) override {
        const auto what = std::string{wanted.method} + " " + wanted.target;
        calls.push_back(what);
        bodies.push_back(boost::json::serialize(wanted.body));
        revisions.push_back(wanted.revision);
        auto& left = script_[what];
        if (left.empty()) {
            ADD_FAILURE() << "unexpected: " << what;
            co_return understood(500, "");
        }
        const auto [status, body] = left.front();
        if (left.size() > 1) left.pop_front();
        co_return understood(status, body);
    }

    std::vector<std::string> calls{}, bodies{};
    std::vector<std::optional<std::uint64_t>> revisions{};

  private:
    struct scripted {
        unsigned status;
        std::string body;
    };
    std::map<std::string, std::deque<scripted>> script_{};
};

class scripted_person final : public person {
  public:
    [[nodiscard]] bool present() const noexcept override { return there; }
    net::awaitable<std::optional<base::secret>> ask_hidden(std::string question) override {
        questions.push_back(std::move(question));
        if (!secret) co_return std::nullopt;
        co_return base::secret{*secret};
    }
    net::awaitable<bool> confirm(std::string question) override {
        questions.push_back(std::move(question));
        co_return agrees;
    }

    bool there = true, agrees = true;
    std::optional<std::string> secret{};
    std::vector<std::string> questions{};
};

/// Runs `gangway WORDS…` against `at`.
struct session {
    scripted_gateway at{};
    scripted_person asked{};
    std::vector<std::string> progress{};
    std::size_t pauses = 0;

    base::result<outcome> run(std::vector<std::string> words) {
        CLI::App application;
        const administration all{application};
        std::ranges::reverse(words);  // CLI11 takes them from the back
        application.parse(words);
        const auto* const line = all.chosen();
        task what{.line = *line,
                  .at = at,
                  .asked = asked,
                  .pause = [this](std::chrono::milliseconds) -> net::awaitable<void> {
                      ++pauses;
                      co_return;
                  },
                  .progress = [this](std::string_view text) { progress.emplace_back(text); }};
        boost::asio::io_context io;
        std::optional<base::result<outcome>> end;
        boost::asio::co_spawn(
            io,
            [](task& run, std::optional<base::result<outcome>>& kept) -> net::awaitable<void> {
                kept.emplace(co_await run.line.what->run(run));
            }(what, end),
            boost::asio::detached);
        io.run();
        return std::move(*end);
    }

    /// The output; the failure's message if there is one.
    std::string output(std::vector<std::string> words) {
        auto end = run(std::move(words));
        if (!end) return "failed: " + end.error().message;
        return end->failure ? "failed: " + end->failure->message : end->output;
    }
};

}  // namespace gangway::cli
