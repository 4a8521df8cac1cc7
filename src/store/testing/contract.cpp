#include "contract.hpp"

#include "postgresql_server.hpp"

#include <gangway/store/secrets.hpp>

#include <cstdlib>
#include <filesystem>

namespace gangway::store {

scratch::scratch() {
    char pattern[] = "/tmp/gangway-store.XXXXXX";
    if (::mkdtemp(pattern) == nullptr) std::abort();
    folder_ = pattern;
}

scratch::~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

place::place(kind what) {
    if (what == kind::memory) where_.where = ":memory:";
    if (what == kind::file) where_.where = folder_.path("gangway.db");
    if (what != kind::postgresql) return;
    static int made = 0;
    schema_ = "test_" + std::to_string(++made);
    auto& server = postgresql_server::running();
    server.run("CREATE SCHEMA " + schema_);
    where_.backend = backend::postgresql;
    where_.where = server.connection(schema_);
}

place::~place() {
    if (!schema_.empty()) postgresql_server::running().run("DROP SCHEMA " + schema_ + " CASCADE");
}

store_contract::store_contract() : here(GetParam()), db(must(database::open(here.where(), clock))) {
}

std::unique_ptr<database> store_contract::another() {
    return must(database::open(here.where(), clock));
}

void store_contract::make_connection(const std::string& id, const std::string& name) {
    const auto made = write([&](transaction& tx) {
        return connections::create(
            tx, {.id = id, .name = name, .host = "sftp.example.com", .username = "ada", .path_root = "/"});
    });
    ASSERT_EQ(made, changed::done);
}

void store_contract::make_folder(const std::string& id, const std::string& connection) {
    write([&](transaction& tx) {
        folders::create(tx, {.id = id,
                             .connection_id = connection,
                             .name = "in",
                             .remote_folder = "/in",
                             .rules = "{}",
                             .destination = "{}",
                             .schedule = "{}"});
    });
}

void store_contract::make_master_keys() {
    write([](transaction& tx) {
        EXPECT_TRUE(secrets::add_master_key(tx, {.version = 1, .check_value = "one"}));
        EXPECT_TRUE(secrets::add_master_key(tx, {.version = 2, .check_value = "two"}));
    });
}

lease store_contract::take_lease(const std::string& connection, const std::string& owner) {
    const auto taken =
        write([&](transaction& tx) { return leases::take(tx, connection, owner, std::chrono::minutes{5}); });
    EXPECT_TRUE(taken);
    return taken.value_or(lease{});
}

}  // namespace gangway::store
