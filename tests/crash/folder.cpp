/// Runs one folder of one connection, as a scheduler would, and may die while it does (crash_hook.hpp).
///
///     gangway_crash_folder NAME=VALUE...
///
/// database    a path, or postgresql://…
/// host, port, user, key, known_hosts    the server; `key` is a file
/// remote      the folder on the server
/// local       the destination, or
/// s3          ENDPOINT,BUCKET,PREFIX with the key in the usual variables; `blind` behind it: no conditional writes
/// after       what is done with the source: leave, delete or a folder to move it to
/// stable      at_once, or looks: files count as complete in the second run that sees them
/// unpack      none, gzip or zip
/// runs        how many runs to make, each an hour after the one before by the clock of this program
/// node, lease who this is, and for how many milliseconds it takes the connection; it waits for as long as another has
/// it
///
/// Writes for each run that it begins, its outcome and, if it failed, why; then for each row of the ledger: path,
/// state, SHA-256, key; and how many calls could have failed (failing_calls.hpp).

#include "crash_hook.hpp"
#include "failing_calls.hpp"

#include <gangway/base/clock.hpp>
#include <gangway/net/known_hosts.hpp>
#include <gangway/remote/sessions.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/sink/s3_bucket.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <ranges>
#include <stdexcept>
#include <thread>

namespace {

using namespace gangway;
namespace asio = net::asio;

template <class T>
T must(base::result<T> value) {
    if (!value) throw std::runtime_error{value.error().message};
    if constexpr (!std::is_void_v<T>) return std::move(*value);
}

std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

class later_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::now() + std::chrono::hours{ahead.load()};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::now();
    }
    std::atomic<int> ahead{0};
};

/// Lives until the process ends: idle sessions would be waited for.
class world {
    template <class T>
    T wait(net::awaitable<T> work) {
        constexpr auto kept = [](net::awaitable<T> inner, std::optional<T>& value) -> net::awaitable<void> {
            value.emplace(co_await std::move(inner));
        };
        std::optional<T> value;
        asio::co_spawn(asio::make_strand(io_), kept(std::move(work), value), asio::use_future).get();
        return std::move(*value);
    }
    template <class Work>
    auto write(Work work) {
        return must(wait(database_->write(std::move(work))));
    }

  public:
    explicit world(std::map<std::string, std::string> given) : given_(std::move(given)) {}
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    void set_up() {
        fill_settings();
        write([this](store::transaction& tx) {
            if (store::connections::find(tx, connection_.id)) return;
            static_cast<void>(store::connections::create(tx, connection_));
            store::folders::create(tx, folder_);
        });
    }
    void run_once() {
        const auto lease = take_lease();
        store::run row{.id = store::new_id(store::now(clock_)),
                       .connection_id = "con_1",
                       .folder_id = "fld_1",
                       .node = given_["node"],
                       .fence = lease.fence};
        write([&](store::transaction& tx) {
            store::runs::interrupt_older(tx, "con_1", row.fence);
            store::runs::start(tx, row);
        });
        fmt::print("begins\n");
        std::fflush(stdout);
        transfer::run_progress progress;
        const auto done = wait(runner_->run(
            {.run = row, .connection = connection_, .folder = folder_, .settings = settings_, .lease = lease},
            progress));
        write([&](store::transaction& tx) { store::runs::end(tx, done.run); });
        fmt::print("{} {} {} {}\n", store::to_string(done.run.outcome), done.run.pulled, done.run.failed,
                   done.run.error);
        ++clock_.ahead;
    }
    void show_rows() {
        for (const auto& row :
             write([](store::transaction& tx) { return store::files::list(tx, "fld_1", "", 100'000); }))
            fmt::print("{} {} {} {} {}\n", row.identity.path, store::to_string(row.state), row.sha256.value_or("-"),
                       row.destination_key.value_or("-"), row.error);
    }

  private:
    store::lease take_lease() {
        for (;;) {
            const auto taken = write([this](store::transaction& tx) {
                return store::leases::take(tx, "con_1", given_["node"],
                                           std::chrono::milliseconds{std::stoi(given_["lease"])});
            });
            if (taken) return *taken;
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
    }

    void fill_settings() {
        if (given_["stable"] == "at_once") settings_.rules.stable = model::stable_at_once{};
        settings_.rules.key_template = "sub/{name}";
        settings_.rules.unpack = must(model::parse_unpacking(given_["unpack"]));
        const auto& after = given_["after"];
        if (after == "delete")
            settings_.rules.after = model::delete_source{};
        else if (after != "leave")
            settings_.rules.after = model::move_source{.folder = after};
        if (given_.contains("local")) {
            const std::filesystem::path folder{given_["local"]};
            settings_.destination =
                transfer::local_destination{.folder = folder, .identity = must(sink::prepare_local_folder(folder))};
            return;
        }
        std::vector<std::string> words;
        for (const auto word : std::views::split(std::string_view{given_["s3"]}, ','))
            words.emplace_back(word.begin(), word.end());
        credentials_ = sink::credentials_from_environment([](const char* name) { return std::getenv(name); });
        settings_.destination = transfer::bucket_destination{.bucket = {.endpoint = words.at(0),
                                                                        .bucket = words.at(1),
                                                                        .prefix = words.at(2),
                                                                        .conditional_writes = words.size() == 3},
                                                             .access_key_id = credentials_.value().access_key_id};
    }

    net::async_result<transfer::open_sink> open(std::stop_token stop) {
        auto opened = std::holds_alternative<transfer::local_destination>(settings_.destination)
                          ? open_folder(std::get<transfer::local_destination>(settings_.destination))
                          : sink::open_s3_bucket(std::get<transfer::bucket_destination>(settings_.destination).bucket,
                                                 credentials_.value(), clock_, {}, std::move(stop));
        if (!opened) co_return std::unexpected(std::move(opened.error()));
        co_return transfer::open_sink{std::move(*opened)};
    }
    static base::result<std::unique_ptr<sink::sink>> open_folder(const transfer::local_destination& where) {
        return sink::open_local_folder(where.folder, where.identity);
    }

    net::async_result<remote::target> target() {
        remote::target made{.server = {.host = must(model::host::parse(given_["host"])),
                                       .port = must(model::parse_port(given_["port"]))},
                            .who = {.username = given_["user"]}};
        made.who.key = model::key_file{.text = base::secret{content_of(given_["key"])}, .passphrase = {}};
        co_return made;
    }

    std::map<std::string, std::string> given_;
    later_clock clock_{};
    store::connection connection_{.id = "con_1", .name = "server", .host = "server.example", .username = "someone"};
    store::folder folder_{.id = "fld_1", .connection_id = "con_1", .name = "folder", .remote_folder = given_["remote"]};
    transfer::folder_settings settings_{};
    std::optional<sink::s3_credentials> credentials_{};
    asio::thread_pool blocking_{4};
    net::egress_policy egress_{{.mode = net::egress_mode::open}};
    std::unique_ptr<net::host_key_policy> host_keys_ =
        net::make_known_hosts_policy(given_["known_hosts"], {}, net::first_contact::pin);
    asio::io_context io_{2};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::unique_ptr<store::async_database> database_ =
        must(store::async_database::open(store::parse_location(given_["database"]), clock_, {}));
    std::unique_ptr<remote::sessions> servers_ =
        remote::make_sessions({.egress = egress_, .host_keys = *host_keys_, .blocking = blocking_}, io_.get_executor());
    std::unique_ptr<transfer::folder_runner> runner_ = transfer::make_folder_runner(
        {.database = *database_,
         .servers = *servers_,
         .clock = clock_,
         .find_target = [this](const std::string&) { return target(); },
         .open_destination = [this](const store::folder&, const transfer::folder_settings&,
                                    std::stop_token stop) { return open(std::move(stop)); }});
    std::vector<std::thread> threads_ = make_threads();

    std::vector<std::thread> make_threads() {
        std::vector<std::thread> made;
        for (int i = 0; i < 2; ++i)
            made.emplace_back([this] { io_.run(); });
        return made;
    }
};

}  // namespace

int main(int count, char** values) {
    try {
        crash::install_from_environment();
        std::map<std::string, std::string> given{{"after", "leave"}, {"stable", "at_once"}, {"unpack", "none"},
                                                 {"runs", "1"},      {"node", "node"},      {"lease", "300000"}};
        for (const auto& word : std::vector<std::string>(values + 1, values + count))
            given[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
        const int runs = std::stoi(given["runs"]);
        world& here = *std::make_unique<world>(std::move(given)).release();
        here.set_up();
        for (int i = 0; i < runs; ++i)
            here.run_once();
        here.show_rows();
        fmt::print("calls {}\n", crash::calls_that_could_fail());
        std::fflush(stdout);
        std::_Exit(0);
    } catch (const std::exception& failed) {
        std::fflush(stdout);
        fmt::print(stderr, "{}\n", failed.what());
        std::_Exit(1);
    }
}
