#include "pull_fixture.hpp"

namespace gangway::transfer::testing {

net::awaitable<run_result> fake_runner::run(run_order order, run_progress& progress) {
    net::asio::steady_timer wait{co_await net::asio::this_coro::executor, net::asio::steady_timer::time_point::max()};
    const auto mine = std::make_shared<going_on>(going_on{std::move(order), &progress, &wait});
    now.push_back(mine);
    began.push_back(mine->order.folder.id);
    static_cast<void>(co_await wait.async_wait(net::asio::as_tuple(net::asio::use_awaitable)));
    std::erase(now, mine);
    if (mine->result) co_return std::move(*mine->result);
    run_result cut_off{.run = mine->order.run};
    cut_off.run.outcome = store::run_outcome::interrupted;
    co_return cut_off;
}

net::awaitable<run_result> fake_runner::finish(run_order order) {
    events.push_back("finish " + order.folder.id);
    run_result done{.run = order.run, .failure = refusal};
    done.run.outcome = refusal ? store::run_outcome::failed : store::run_outcome::succeeded;
    co_return done;
}

pull_fixture::pull_fixture(pull_options options) {
    auto opened = store::async_database::open({.where = ":memory:"}, clock, {});
    if (!opened) throw std::runtime_error(opened.error().message);
    database = std::move(*opened);
    service = std::make_unique<pull_service>(
        io.get_executor(),
        pull_tools{.database = *database,
                   .runner = runner,
                   .clock = clock,
                   .sleeps = clock,
                   .watch = watch,
                   .code_of = [](const std::error_code& code) -> std::string_view { return code.category().name(); }},
        std::move(options));
}

pull_fixture::~pull_fixture() {
    if (!stopped) stop();
}

void pull_fixture::stop() {
    stopped = true;
    constexpr auto stopping = [](pull_service& what) -> net::awaitable<bool> {
        co_await what.stop();
        co_return true;
    };
    wait_for(stopping(*service));
}

void pull_fixture::make_connection(const std::string& id) {
    database_does([&](store::transaction& tx) {
        EXPECT_EQ(store::connections::create(tx, {.id = id, .name = id, .host = "h", .health = store::health::healthy}),
                  store::changed::done);
    });
}

void pull_fixture::make_folder(const std::string& id, const std::string& connection, const std::string& schedule,
                               const std::string& expected_by) {
    database_does([&](store::transaction& tx) {
        store::folders::create(tx, {.id = id,
                                    .connection_id = connection,
                                    .name = id,
                                    .remote_folder = "in",
                                    .rules = "{}",
                                    .destination = R"({"to":"local","folder":"/nowhere"})",
                                    .schedule = schedule,
                                    .expected_by = expected_by});
    });
}

void pull_fixture::settle() {
    for (int turn = 0; turn < 30; ++turn) {
        database_does([](store::transaction&) {});
        io.poll();
    }
}

void pull_fixture::end_run(store::run_outcome how, const std::function<void(run_result&)>& more) {
    ASSERT_FALSE(runner.now.empty());
    const auto oldest = runner.now.front();
    run_result result{.run = oldest->order.run};
    result.run.outcome = how;
    if (more) more(result);
    oldest->result = std::move(result);
    oldest->wait->cancel();
    settle();
}

std::optional<store::run> pull_fixture::run_row(const std::string& id) {
    return database_does([&](store::transaction& tx) { return store::runs::find(tx, id); });
}

std::optional<store::due_folder> pull_fixture::due(const std::string& folder) {
    return database_does([&](store::transaction& tx) { return store::schedules::find(tx, folder); });
}

store::connection pull_fixture::connection_row(const std::string& id) {
    return *database_does([&](store::transaction& tx) { return store::connections::find(tx, id); });
}

}  // namespace gangway::transfer::testing
