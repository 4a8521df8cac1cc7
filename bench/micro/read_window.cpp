// What it costs to plan READs and to put their answers in order, without a server or a session.
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/read_window.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gangway::sftp {
namespace {

constexpr std::uint32_t chunk = default_transfer;

/// Hands one frame round and round, so that only the window's own work is measured.
class frames {
  public:
    frames() {
        std::string octets;
        usable_ = !encode(octets, 7, data_reply{.data = std::string(chunk, 'x')});
        body_.assign(octets.begin() + sizeof(std::uint32_t), octets.end());
    }
    [[nodiscard]] bool usable() const noexcept { return usable_; }
    reply take() {
        if (spare_.empty()) return {frame{body_}, "READ"};
        reply taken{std::move(spare_.back()), "READ"};
        spare_.pop_back();
        return taken;
    }
    void give(reply used) { spare_.push_back(std::move(used).release()); }

  private:
    bool usable_ = false;
    frame body_{};
    std::vector<frame> spare_{};
};

/// Answers come in the order of the requests.
void answers_in_order(benchmark::State& state) {
    frames answers;
    if (!answers.usable()) return state.SkipWithError("the message does not fit");
    const auto depth = static_cast<std::size_t>(state.range(0));
    read_window window{0, std::nullopt, chunk, depth};
    std::vector<std::uint64_t> asked;
    for (auto _ : state) {
        asked.clear();
        while (const auto request = window.next_request())
            asked.push_back(request->offset);
        for (const auto offset : asked)
            window.on_data(offset, answers.take());
        while (auto piece = window.next())
            answers.give(std::move(piece->frame));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(answers_in_order)->Arg(16)->Arg(128)->Arg(1024);

/// Answers come in any order, the same in each run.
void answers_shuffled(benchmark::State& state) {
    frames answers;
    if (!answers.usable()) return state.SkipWithError("the message does not fit");
    const auto depth = static_cast<std::size_t>(state.range(0));
    read_window window{0, std::nullopt, chunk, depth};
    std::vector<std::uint64_t> asked;
    std::minstd_rand random{1};  // NOLINT(cert-msc51-cpp): repeatable on purpose
    for (auto _ : state) {
        asked.clear();
        while (const auto request = window.next_request())
            asked.push_back(request->offset);
        std::ranges::shuffle(asked, random);
        for (const auto offset : asked)
            window.on_data(offset, answers.take());
        while (auto piece = window.next())
            answers.give(std::move(piece->frame));
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(answers_shuffled)->Arg(16)->Arg(128)->Arg(1024);

}  // namespace
}  // namespace gangway::sftp
