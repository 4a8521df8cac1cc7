#pragma once
/// For tests: a database with one connection.

#include <gangway/base/clock.hpp>
#include <gangway/net/host_key.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/host_keys.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace gangway::remote::testing {

inline net::host_key key_of(char which) {
    return {.type = "ssh-ed25519", .blob = std::string(32, which)};
}
inline std::string shown(char which) {
    return key_of(which).fingerprint().text();
}
inline model::endpoint some_server() {
    return {.host = *model::host::parse("sftp.example.com"), .port = 22};
}

class managed_fixture : public ::testing::Test {
  protected:
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
        return run(database->write(std::move(work))).value();
    }
    void add(const store::connection& row) {
        EXPECT_EQ(write([&](store::transaction& tx) { return store::connections::create(tx, row); }),
                  store::changed::done);
    }
    std::optional<store::host_key_pin> pin(std::string id = "c1") {
        return write([id](store::transaction& tx) { return store::host_keys::find(tx, id); });
    }
    store::connection row(std::string id = "c1") {
        return *write([id](store::transaction& tx) { return store::connections::find(tx, id); });
    }

    explicit managed_fixture(std::int64_t most_pages = 0)
        : database(*store::async_database::open(
              {.where = most_pages == 0 ? ":memory:" : (folder.path() / "small.db").string(), .most_pages = most_pages},
              clock, store::async_database::limits{})) {
        add({.id = "c1", .name = "first", .host = "sftp.example.com", .username = "robin"});
    }

    /// A folder of its own, for a database that is to become full.
    struct scratch {
        scratch() {
            std::string name = (std::filesystem::temp_directory_path() / "gangway-test-XXXXXX").string();
            if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
            made = name;
        }
        ~scratch() { std::filesystem::remove_all(made); }
        [[nodiscard]] const std::filesystem::path& path() const { return made; }
        std::filesystem::path made{};
    } folder{};
    base::system_clock clock{};
    net::asio::io_context context{1};
    std::unique_ptr<store::async_database> database;
};

}  // namespace gangway::remote::testing
