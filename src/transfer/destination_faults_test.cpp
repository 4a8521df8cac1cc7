#include "testing/run_fixture.hpp"

#include <gmock/gmock.h>

#include <mutex>

// What a run does when its destination fails at each of its steps, for each kind of reason.

namespace gangway::transfer {
namespace {

using store::file_state;
using store::run_outcome;
using ::testing::HasSubstr;
using ::testing::SizeIs;

enum class at : std::uint8_t { nothing, begin, write, finish, stage, publish };

/// What fails, and for which file; counted over all calls of that kind.
struct fault {
    at where = at::nothing;
    sink::errc why{};
    int passes = 0;               ///< calls that succeed before
    bool after_the_fact = false;  ///< publish: it was done, and the answer is lost
    std::mutex mutex{};

    bool strikes(at here) {
        const std::scoped_lock lock{mutex};
        return here == where && passes-- == 0;
    }
    [[nodiscard]] base::error error() const { return {why, base::phase::storage, "it was made to fail"}; }
};

struct faulty_writer final : sink::writer {
    faulty_writer(std::unique_ptr<sink::writer> real, fault& with) : inner(std::move(real)), faults(with) {}
    base::result<void> write(std::string_view octets) override {
        if (faults.strikes(at::write)) return std::unexpected(faults.error());
        return inner->write(octets);
    }
    base::result<void> finish(const model::destination_key& key, std::string_view sha256) override {
        if (faults.strikes(at::finish)) return std::unexpected(faults.error());
        return inner->finish(key, sha256);
    }
    std::unique_ptr<sink::writer> inner;
    fault& faults;
};

struct faulty_sink final : sink::sink {
    faulty_sink(open_sink real, fault& with) : inner(std::move(real)), faults(with) {}
    base::result<std::unique_ptr<gangway::sink::writer>> begin(const gangway::sink::claim& owner,
                                                               const std::optional<model::destination_key>& key,
                                                               std::optional<std::uint64_t> size) override {
        if (faults.strikes(at::begin)) return std::unexpected(faults.error());
        auto made = inner->begin(owner, key, size);
        if (!made) return made;
        return std::make_unique<faulty_writer>(std::move(*made), faults);
    }
    std::vector<base::result<gangway::sink::staged_file>> stage(
        std::span<gangway::sink::writer* const> finished) override {
        std::vector<base::result<gangway::sink::staged_file>> answers;
        for (auto* each : finished) {
            gangway::sink::writer* const one = static_cast<faulty_writer*>(each)->inner.get();
            if (faults.strikes(at::stage))
                answers.emplace_back(std::unexpected(faults.error()));
            else
                answers.push_back(std::move(inner->stage(std::span{&one, 1}).front()));
        }
        return answers;
    }
    std::vector<base::result<gangway::sink::publication>> publish(
        std::span<gangway::sink::writer* const> staged) override {
        std::vector<base::result<gangway::sink::publication>> answers;
        for (auto* each : staged) {
            gangway::sink::writer* const one = static_cast<faulty_writer*>(each)->inner.get();
            const bool fails = faults.strikes(at::publish);
            if (!fails || faults.after_the_fact) answers.push_back(inner->publish(std::span{&one, 1}).front());
            if (fails && faults.after_the_fact) answers.pop_back();
            if (fails) answers.emplace_back(std::unexpected(faults.error()));
        }
        return answers;
    }
    base::result<gangway::sink::recovery> recover(const gangway::sink::staged_file& file) override {
        return inner->recover(file);
    }
    base::result<void> discard(const gangway::sink::staged_file& file) override { return inner->discard(file); }
    base::result<gangway::sink::sweep_report> sweep(const gangway::sink::liveness& alive) override {
        return inner->sweep(alive);
    }
    std::size_t batch_size() const noexcept override { return batch; }

    open_sink inner;
    fault& faults;
    std::size_t batch = 256;
};

struct destination_faults : ::testing::Test, testing::run_fixture {
    destination_faults() {
        for (int i = 0; i < 10; ++i)
            server.add("/in/f" + std::to_string(i), "octets");
        server.add("/in/large", std::string(2'000'000, 'x'));
        auto with = tools();
        with.open_destination = [this, open = with.open_destination](
                                    const store::folder& row, const folder_settings& how,
                                    std::stop_token stop) -> net::async_result<open_sink> {
            auto real = co_await open(row, how, std::move(stop));
            if (!real) co_return real;
            auto made = std::make_shared<faulty_sink>(std::move(*real), faults);
            made->batch = batch;
            co_return made;
        };
        runner = make_folder_runner(with);
    }
    void set(at where, sink::errc why, int passes) {
        faults.where = where;
        faults.why = why;
        faults.passes = passes;
    }
    void next_run_finishes() {
        faults.where = at::nothing;
        for (int tries = 0; tries < 2; ++tries) {
            clock.seconds += 4000;
            EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
        }
        EXPECT_THAT(arrived(), SizeIs(11));
        EXPECT_EQ(parts(), 0);
        for (const auto& each : rows())
            EXPECT_EQ(each.state, file_state::finalised) << each.identity.path;
    }
    fault faults{};
    std::size_t batch = 256;
};

struct one_file : destination_faults, ::testing::WithParamInterface<std::tuple<at, int, std::size_t>> {};
TEST_P(one_file, fails_alone_and_is_tried_again) {
    batch = std::get<2>(GetParam());
    set(std::get<0>(GetParam()), sink::errc::io_failure, std::get<1>(GetParam()));
    const auto done = run();
    EXPECT_FALSE(done.failure);
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.failed, 1);
    EXPECT_EQ(done.run.pulled, 10);
    EXPECT_THAT(done.run.error, HasSubstr("made to fail"));
    next_run_finishes();
}
INSTANTIATE_TEST_SUITE_P(at_each_step, one_file,
                         ::testing::Combine(::testing::Values(at::begin, at::write, at::finish, at::stage, at::publish),
                                            ::testing::Values(0, 7, 10),
                                            ::testing::Values(std::size_t{1}, std::size_t{256})));

struct whole_run : destination_faults, ::testing::WithParamInterface<std::tuple<at, sink::errc>> {};
TEST_P(whole_run, ends_with_a_clear_state) {
    set(std::get<0>(GetParam()), std::get<1>(GetParam()), 3);
    const auto done = run();
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->code, std::get<1>(GetParam()));
    EXPECT_NE(done.run.outcome, run_outcome::succeeded);
    EXPECT_EQ(arrived().size(), static_cast<std::size_t>(done.run.pulled));
    next_run_finishes();
}
INSTANTIATE_TEST_SUITE_P(at_each_step, whole_run,
                         ::testing::Combine(::testing::Values(at::begin, at::write, at::finish, at::stage, at::publish),
                                            ::testing::Values(sink::errc::no_space, sink::errc::read_only,
                                                              sink::errc::unavailable)));

TEST_F(destination_faults, publication_whose_answer_was_lost_is_recognised) {
    set(at::publish, sink::errc::io_failure, 4);
    faults.after_the_fact = true;
    const auto done = run();
    EXPECT_EQ(done.run.failed, 1);
    EXPECT_THAT(arrived(), SizeIs(11)) << "it is there, and the ledger does not know";
    // A reader takes it before anybody has asked.
    for (const auto& each : rows())
        if (each.state == file_state::fetched) std::filesystem::remove(pulled_path / *each.destination_key);
    EXPECT_THAT(arrived(), SizeIs(10));
    clock.seconds += 4000;
    faults.where = at::nothing;
    EXPECT_EQ(run().run.outcome, run_outcome::succeeded);
    EXPECT_THAT(arrived(), SizeIs(10)) << "not a second time";
    for (const auto& each : rows())
        EXPECT_EQ(each.state, file_state::finalised);
}

TEST_F(destination_faults, staged_file_that_was_taken_away_is_left_to_the_next_run) {
    set(at::publish, sink::errc::fenced_off, 4);
    EXPECT_EQ(run().run.failed, 1);
    next_run_finishes();
}

}  // namespace
}  // namespace gangway::transfer
