#pragma once
/// For tests: runs of a folder, from a server in memory to a folder of this machine, over a database in memory.

#include "folder_server.hpp"

#include <gangway/net/await_on.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/store/files.hpp>
#include <gangway/transfer/destinations.hpp>
#include <gangway/transfer/folder_run.hpp>
#include <gangway/vault/vault.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gangway::transfer::testing {

class settable_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{std::chrono::seconds{seconds.load()}};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::time_point{std::chrono::seconds{seconds.load()}};
    }
    std::atomic<std::int64_t> seconds{1'800'000'000};
};

/// Sessions with a `folder_server`, each on a strand of its own.
class folder_sessions final : public remote::sessions {
  public:
    folder_sessions(net::asio::any_io_executor executor, folder_server& server)
        : executor_(std::move(executor)), server_(server) {}

    net::async_result<std::unique_ptr<remote::lease>> acquire(remote::target, net::dial_report& report) override {
        ++acquired;
        if (failure) co_return std::unexpected(*failure);
        report.accepted_signer = "key-1";
        const auto strand = net::asio::make_strand(executor_);
        auto client = co_await net::await_on(
            net::asio::any_io_executor{strand},
            net::sftp_client::start(std::make_unique<folder_channel>(strand, server_), std::chrono::minutes{1}));
        if (!client) co_return std::unexpected(client.error());
        co_return std::make_unique<session>(std::move(*client), reused);
    }
    void retire(const std::string&) override {}
    net::async_result<net::identification> identify(model::endpoint, base::phase&) override {
        throw std::logic_error{"not asked for"};
    }
    net::awaitable<net::checkup> examine(model::endpoint, std::optional<model::credentials>,
                                         std::optional<model::fingerprint>) override {
        throw std::logic_error{"not asked for"};
    }

    std::optional<base::error> failure{};
    bool reused = false;  ///< is what is given out an old one?
    int acquired = 0;

  private:
    struct session final : remote::lease {
        session(std::unique_ptr<net::sftp_client> made, bool old) : owned(std::move(made)), was_used(old) {}
        net::sftp_client& client() noexcept override { return *owned; }
        [[nodiscard]] bool reused() const noexcept override { return was_used; }
        std::unique_ptr<net::sftp_client> owned;
        bool was_used;
    };

    net::asio::any_io_executor executor_;
    folder_server& server_;
};

class scratch_folder {
  public:
    scratch_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "gangway-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The remote folder is /in. Its files count as complete at once, unless a test says otherwise.
class run_fixture {
  public:
    template <class T>
    T wait(net::awaitable<T> work, net::asio::cancellation_signal* stop = nullptr) {
        constexpr auto kept = [](net::awaitable<T> inner, std::optional<T>& value) -> net::awaitable<void> {
            value.emplace(co_await std::move(inner));
        };
        std::optional<T> value;
        std::exception_ptr failure;
        auto done = [&](std::exception_ptr thrown) { failure = thrown; };
        if (stop == nullptr)
            net::asio::co_spawn(context, kept(std::move(work), value), done);
        else
            net::asio::co_spawn(context, kept(std::move(work), value),
                                net::asio::bind_cancellation_slot(stop->slot(), done));
        context.restart();
        context.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(*value);
    }
    template <class Work>
    auto write(Work work) {
        return wait(database->write(std::move(work))).value();
    }

    /// The database and the destination may be those of a run before.
    explicit run_fixture(const std::string& where = ":memory:", std::filesystem::path destination = {})
        : pulled(destination.empty() ? std::make_unique<scratch_folder>() : nullptr),
          pulled_path(pulled ? pulled->path() : std::move(destination)),
          database(*store::async_database::open({.where = where}, clock, store::async_database::limits{})) {
        server.add_folder("/");
        server.add_folder("/in");
        settings.rules.stable = model::stable_at_once{};
        settings.destination =
            local_destination{.folder = pulled_path, .identity = *sink::prepare_local_folder(pulled_path)};
        connection = {.id = "con_1", .name = "acme", .host = "sftp.example.com", .username = "robin"};
        folder = {.id = "fld_1", .connection_id = "con_1", .name = "orders", .remote_folder = "/in"};
        write([&](store::transaction& tx) {
            if (store::connections::find(tx, connection.id)) return;
            std::ignore = store::connections::create(tx, connection);
            store::folders::create(tx, folder);
        });
        runner = make_folder_runner(tools());
    }

    run_tools tools() {
        return {.database = *database,
                .servers = sessions,
                .clock = clock,
                .find_target = [this](std::string) -> net::async_result<remote::target> {
                    remote::target made{.server = {.host = *model::host::parse("sftp.example.com"), .port = 22},
                                        .who = {.username = "robin"}};
                    made.path_root = connection.path_root;
                    co_return made;
                },
                .open_destination =
                    [this](const store::folder& row, const folder_settings& how, std::stop_token stop) {
                        return open_destination(
                            {.database = *database, .secrets = secrets, .clock = clock, .blocking = threads}, row, how,
                            std::move(stop));
                    },
                .threads = 2};
    }

    /// Takes the lease anew, as a scheduler does before a run.
    store::lease take_lease() {
        return *write([&](store::transaction& tx) {
            return store::leases::take(tx, "con_1", "node", std::chrono::milliseconds{60'000});
        });
    }
    run_order order() { return order(take_lease()); }
    run_order order(store::lease held) {
        store::run row{.id = "run_" + std::to_string(held.fence),
                       .connection_id = "con_1",
                       .folder_id = "fld_1",
                       .node = "node",
                       .fence = held.fence};
        write([&](store::transaction& tx) { store::runs::start(tx, row); });
        return {.run = row, .connection = connection, .folder = folder, .settings = settings, .lease = held};
    }
    run_result run() {
        progress = std::make_unique<run_progress>();
        return wait(runner->run(order(), *progress));
    }

    [[nodiscard]] std::string content(const std::string& key) const {
        std::ifstream file{pulled_path / key, std::ios::binary};
        if (!file) return "(not there)";
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    /// Names under the destination, without what is the sink's own.
    [[nodiscard]] std::vector<std::string> arrived() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{pulled_path})
            if (const auto name = entry.path().lexically_relative(pulled_path).string();
                entry.is_regular_file() && !name.starts_with(".gangway"))
                names.push_back(name);
        std::ranges::sort(names);
        return names;
    }
    /// Temporary files that are left.
    [[nodiscard]] std::size_t parts() const {
        std::size_t found = 0;
        for (const auto& entry : std::filesystem::directory_iterator{pulled_path / ".gangway"})
            found += entry.path().extension() == ".part" ? 1 : 0;
        return found;
    }
    std::vector<store::file> rows() {
        return write([&](store::transaction& tx) { return store::files::list(tx, "fld_1", "", 100'000); });
    }
    store::file row(const std::string& path) {
        for (auto& each : rows())
            if (each.identity.path == path) return each;
        throw std::runtime_error{"no row for " + path};
    }

    settable_clock clock{};
    net::asio::io_context context{1};
    folder_server server{};
    std::unique_ptr<scratch_folder> pulled;  ///< unless another destination is given: a child that is killed leaves it
    std::filesystem::path pulled_path;       ///< the destination
    std::unique_ptr<store::async_database> database;
    vault::vault secrets{vault::keyring::generate()};
    net::asio::thread_pool threads{1};
    folder_sessions sessions{context.get_executor(), server};
    store::connection connection{};
    store::folder folder{};
    folder_settings settings{};
    std::unique_ptr<folder_runner> runner{};
    std::unique_ptr<run_progress> progress{};
};

}  // namespace gangway::transfer::testing
