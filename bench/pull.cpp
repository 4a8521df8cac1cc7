/// How long a run over one folder takes: `pull PORT USER KEY_FILE REMOTE_FOLDER DESTINATION DATABASE`. A server on
/// 127.0.0.1, a local destination, a database in a file; one run, told as a line of text. The first run pulls what is
/// there, and the next one finds nothing to do.

#include <gangway/net/egress_policy.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/store/files.hpp>
#include <gangway/transfer/destinations.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sys/resource.h>

namespace {

using namespace gangway;

/// For a server that was started for this measurement.
class any_key final : public net::host_key_policy {
  public:
    std::vector<std::string> known_types(const model::endpoint&) override { return {}; }
    net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint, net::host_key) override {
        struct ticket final : net::host_key_ticket {
            net::async_result<void> confirm() override { co_return base::result<void>{}; }
        };
        co_return std::make_unique<ticket>();
    }
};

std::string content_of(const char* path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

int measure(char** arguments) {
    base::system_clock clock;
    auto database = store::async_database::open({.where = arguments[6]}, clock, store::async_database::limits{});
    if (!database) return fmt::print(stderr, "{}\n", database.error().message), 1;
    std::filesystem::create_directories(arguments[5]);
    const auto identity = sink::prepare_local_folder(arguments[5]);
    if (!identity) return fmt::print(stderr, "{}\n", identity.error().message), 1;

    net::asio::thread_pool blocking{2}, network{1};
    net::egress_policy egress{{.mode = net::egress_mode::open}};
    any_key keys;
    auto servers =
        remote::make_sessions({.egress = egress, .host_keys = keys, .blocking = blocking}, network.executor());
    vault::vault secrets{vault::keyring::generate()};
    const transfer::run_tools tools{
        .database = **database,
        .servers = *servers,
        .clock = clock,
        .find_target = [&](std::string) -> net::async_result<remote::target> {
            remote::target where{.server = {.host = *model::host::parse("127.0.0.1"),
                                            .port = static_cast<std::uint16_t>(std::atoi(arguments[1]))},
                                 .who = {.username = arguments[2]}};
            where.who.key = model::key_file{.text = base::secret{content_of(arguments[3])}, .passphrase = {}};
            co_return where;
        },
        .open_destination =
            [&](const store::folder& row, const transfer::folder_settings& how, std::stop_token stop) {
                return transfer::open_destination(
                    {.database = **database, .secrets = secrets, .clock = clock, .blocking = blocking}, row, how,
                    std::move(stop));
            }};
    const auto runner = transfer::make_folder_runner(tools);

    transfer::run_order order{.run = {.connection_id = "con_1", .folder_id = "fld_1"},
                              .connection = {.id = "con_1", .name = "bench", .host = "127.0.0.1"},
                              .folder = {.id = "fld_1", .connection_id = "con_1", .name = "bench"},
                              .settings = {},
                              .lease = {}};
    order.folder.remote_folder = arguments[4];
    order.settings.rules.stable = model::stable_at_once{};
    order.settings.destination = transfer::local_destination{.folder = arguments[5], .identity = *identity};

    transfer::run_progress progress;
    transfer::run_result done;
    std::chrono::duration<double> took{};
    const auto all = [&]() -> net::awaitable<void> {
        const auto held = co_await (*database)->write([&](store::transaction& tx) {
            if (!store::connections::find(tx, "con_1")) {
                std::ignore = store::connections::create(tx, order.connection);
                store::folders::create(tx, order.folder);
            }
            return *store::leases::take(tx, "con_1", "bench", std::chrono::hours{1});
        });
        order.lease = held.value();
        order.run.id = "run_" + std::to_string(order.lease.fence);
        order.run.fence = order.lease.fence;
        std::ignore = co_await (*database)->write([&](store::transaction& tx) { store::runs::start(tx, order.run); });
        const auto began = clock.steady();
        done = co_await runner->run(order, progress);
        took = clock.steady() - began;
    };
    net::asio::co_spawn(net::asio::make_strand(network), all, net::asio::use_future).get();
    ::rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    fmt::print("{}: listed {}, pulled {}, failed {}, {} octets in {:.2f} s, CPU {:.2f} s, at most {} MiB{}{}\n",
               store::to_string(done.run.outcome), done.run.listed, done.run.pulled, done.run.failed, done.run.octets,
               took.count(),
               static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                   static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
               used.ru_maxrss / 1024, done.run.error.empty() ? "" : ": ", done.run.error);
    network.stop();
    network.join();
    return done.run.outcome == store::run_outcome::succeeded ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 7) return fmt::print(stderr, "pull PORT USER KEY_FILE REMOTE_FOLDER DESTINATION DATABASE\n"), 2;
    return measure(arguments);
}
