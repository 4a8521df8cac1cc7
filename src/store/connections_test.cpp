#include "testing/contract.hpp"

#include <gangway/store/errors.hpp>
#include <gangway/store/host_keys.hpp>
#include <gangway/store/keys.hpp>
#include <gangway/store/secrets.hpp>

namespace gangway::store {
namespace {

std::string every_octet_but_nul() {
    std::string all;
    for (int value = 1; value < 256; ++value)
        all += static_cast<char>(value);
    return all;
}

class connections_contract : public store_contract {};
GANGWAY_EVERY_DATABASE(connections_contract);

TEST_P(connections_contract, a_connection_is_read_as_it_was_written) {
    connection row{.id = "c1",
                   .name = "Müller & Söhne ☃",
                   .description = "line\nbreak 'quoted' :name",
                   .host = "sftp.example.com",
                   .port = 65535,
                   .username = "ada",
                   .authentication = authentication::password,
                   .path_root = every_octet_but_nul() + std::string(1, '\0') + "end",
                   .paused = true};
    ASSERT_EQ(write([&](transaction& tx) { return connections::create(tx, row); }), changed::done);
    const auto found = read([](transaction& tx) { return connections::find(tx, "c1"); });
    ASSERT_TRUE(found);
    EXPECT_GT(found->created_at, timestamp{});
    row.created_at = row.updated_at = row.health_since = found->created_at;
    EXPECT_EQ(*found, row);
    EXPECT_EQ(read([&](transaction& tx) { return connections::find_by_name(tx, row.name); }), row);
    EXPECT_FALSE(read([](transaction& tx) { return connections::find(tx, "c2"); }));
}

TEST_P(connections_contract, a_name_is_given_once) {
    make_connection("c1", "one");
    make_connection("c2", "two");
    const auto taken = write([](transaction& tx) { return connections::create(tx, {.id = "c3", .name = "one"}); });
    EXPECT_EQ(taken, changed::name_taken);
    auto second = *read([](transaction& tx) { return connections::find(tx, "c2"); });
    second.name = "one";
    EXPECT_EQ(write([&](transaction& tx) { return connections::update(tx, second); }), changed::name_taken);
    const auto all = read([](transaction& tx) { return connections::list(tx); });
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "one");
    EXPECT_EQ(all[1].name, "two");
}

TEST_P(connections_contract, a_change_needs_the_revision_that_it_saw) {
    make_connection("c1", "one");
    auto row = *read([](transaction& tx) { return connections::find(tx, "c1"); });
    row.name = "new";
    row.port = 2222;
    EXPECT_EQ(write([&](transaction& tx) { return connections::update(tx, row); }), changed::done);
    EXPECT_EQ(write([&](transaction& tx) { return connections::update(tx, row); }), changed::stale);
    EXPECT_EQ(write([&](transaction& tx) { return connections::remove(tx, "c1", 1); }), changed::stale);
    const auto now = *read([](transaction& tx) { return connections::find(tx, "c1"); });
    EXPECT_EQ(now.revision, 2);
    EXPECT_EQ(now.name, "new");
    EXPECT_EQ(now.port, 2222);
    EXPECT_EQ(write([&](transaction& tx) { return connections::remove(tx, "c1", 2); }), changed::done);
    EXPECT_EQ(write([&](transaction& tx) { return connections::remove(tx, "c1", 2); }), changed::missing);
    EXPECT_EQ(write([&](transaction& tx) { return connections::update(tx, now); }), changed::missing);
}

TEST_P(connections_contract, health_is_news_only_when_it_changes) {
    make_connection("c1", "one");
    const auto set = [&](health what, std::string_view why) {
        return write([&](transaction& tx) { return connections::set_health(tx, "c1", what, why); });
    };
    EXPECT_TRUE(set(health::failing, "timed out"));
    EXPECT_FALSE(set(health::failing, "timed out"));
    EXPECT_TRUE(set(health::failing, "refused"));
    EXPECT_TRUE(set(health::healthy, ""));
    const auto row = *read([](transaction& tx) { return connections::find(tx, "c1"); });
    EXPECT_EQ(row.health, health::healthy);
    EXPECT_EQ(row.revision, 1);
}

TEST_P(connections_contract, removing_one_takes_all_that_is_its_own_and_nothing_else) {
    make_master_keys();
    for (const std::string id : {"c1", "c2"}) {
        make_connection(id, id);
        make_folder("f" + id, id);
        take_lease(id);
        write([&](transaction& tx) {
            keys::add(tx, {.id = "k" + id, .connection_id = id, .algorithm = "ssh-ed25519"});
            secrets::put(tx, {.owner_kind = std::string(secrets::of_key),
                              .owner_id = "k" + id,
                              .purpose = "private_key",
                              .key_version = 1,
                              .sealed = "s"});
            secrets::put(tx, {.owner_kind = std::string(secrets::of_connection),
                              .owner_id = id,
                              .purpose = "password",
                              .key_version = 1,
                              .sealed = "s"});
            secrets::put(tx, {.owner_kind = std::string(secrets::of_folder),
                              .owner_id = "f" + id,
                              .purpose = "secret_access_key",
                              .key_version = 1,
                              .sealed = "s"});
            host_keys::pin(tx, {.connection_id = id, .fingerprint = "SHA256:x", .key_type = "ssh-ed25519"});
            schedules::set(tx, "f" + id, timestamp{}, 0);
        });
    }
    EXPECT_EQ(write([](transaction& tx) { return connections::remove(tx, "c1", 1); }), changed::done);
    read([](transaction& tx) {
        EXPECT_TRUE(keys::list(tx, "c1").empty());
        EXPECT_FALSE(secrets::find(tx, secrets::of_key, "kc1", "private_key"));
        EXPECT_FALSE(secrets::find(tx, secrets::of_connection, "c1", "password"));
        EXPECT_FALSE(secrets::find(tx, secrets::of_folder, "fc1", "secret_access_key"));
        EXPECT_FALSE(host_keys::find(tx, "c1"));
        EXPECT_FALSE(folders::find(tx, "fc1"));
        EXPECT_FALSE(schedules::find(tx, "fc1"));
        EXPECT_FALSE(leases::find(tx, "c1"));
        EXPECT_EQ(keys::list(tx, "c2").size(), 1U);
        EXPECT_TRUE(secrets::find(tx, secrets::of_key, "kc2", "private_key"));
        EXPECT_TRUE(secrets::find(tx, secrets::of_connection, "c2", "password"));
        EXPECT_TRUE(secrets::find(tx, secrets::of_folder, "fc2", "secret_access_key"));
        EXPECT_TRUE(host_keys::find(tx, "c2"));
        EXPECT_TRUE(schedules::find(tx, "fc2"));
    });
    EXPECT_EQ(write([](transaction& tx) { return folders::remove(tx, "fc2", 2); }), changed::stale);
    EXPECT_TRUE(
        read([](transaction& tx) { return secrets::find(tx, secrets::of_folder, "fc2", "secret_access_key"); }));
    EXPECT_EQ(write([](transaction& tx) { return folders::remove(tx, "fc2", 1); }), changed::done);
    EXPECT_FALSE(
        read([](transaction& tx) { return secrets::find(tx, secrets::of_folder, "fc2", "secret_access_key"); }));
}

TEST_P(connections_contract, the_first_pin_stays_until_it_is_relocked_to_what_was_presented) {
    make_connection("c1", "one");
    const auto pin = [&](const char* fingerprint) {
        return write([&](transaction& tx) {
            return host_keys::pin(tx, {.connection_id = "c1", .fingerprint = fingerprint, .key_type = "ssh-rsa"});
        });
    };
    EXPECT_TRUE(pin("SHA256:a"));
    EXPECT_FALSE(pin("SHA256:b"));
    const auto quarantine = [&](const char* fingerprint) {
        return write([&](transaction& tx) { return host_keys::quarantine(tx, "c1", fingerprint, "ssh-ed25519"); });
    };
    EXPECT_FALSE(quarantine("SHA256:a"));
    EXPECT_TRUE(quarantine("SHA256:b"));
    const auto relock = [&](const char* fingerprint) {
        return write([&](transaction& tx) { return host_keys::relock(tx, "c1", fingerprint); });
    };
    EXPECT_FALSE(relock("SHA256:c"));
    auto row = *read([](transaction& tx) { return host_keys::find(tx, "c1"); });
    EXPECT_EQ(row.fingerprint, "SHA256:a");
    EXPECT_EQ(row.presented_fingerprint, "SHA256:b");
    EXPECT_TRUE(relock("SHA256:b"));
    EXPECT_FALSE(relock("SHA256:b"));
    row = *read([](transaction& tx) { return host_keys::find(tx, "c1"); });
    EXPECT_EQ(row.fingerprint, "SHA256:b");
    EXPECT_EQ(row.key_type, "ssh-ed25519");
    EXPECT_EQ(row.how, pinned_how::relocked);
    EXPECT_FALSE(row.presented_fingerprint);
    EXPECT_FALSE(row.presented_at);
}

TEST_P(connections_contract, an_expected_key_gets_its_type_when_it_is_seen) {
    make_connection("c1", "one");
    write([](transaction& tx) { host_keys::expect(tx, "c1", "SHA256:a"); });
    EXPECT_EQ(read([](transaction& tx) { return host_keys::find(tx, "c1"); })->how, pinned_how::expected);
    write([](transaction& tx) {
        host_keys::confirm(tx, "c1", "SHA256:other", "ssh-rsa");
        host_keys::confirm(tx, "c1", "SHA256:a", "ssh-ed25519");
        host_keys::confirm(tx, "c1", "SHA256:a", "ssh-rsa");
    });
    EXPECT_EQ(read([](transaction& tx) { return host_keys::find(tx, "c1"); })->key_type, "ssh-ed25519");
    write([](transaction& tx) { host_keys::expect(tx, "c1", "SHA256:b"); });
    EXPECT_EQ(read([](transaction& tx) { return host_keys::find(tx, "c1"); })->fingerprint, "SHA256:b");
}

TEST_P(connections_contract, the_key_accepted_last_is_offered_first_and_a_revoked_one_never) {
    make_master_keys();
    make_connection("c1", "one");
    for (const char* const id : {"k1", "k2", "k3"})
        write([&](transaction& tx) {
            keys::add(tx, {.id = id,
                           .connection_id = "c1",
                           .algorithm = "ssh-ed25519",
                           .public_line = "ssh-ed25519 A",
                           .fingerprint = std::string("SHA256:") + id});
            secrets::put(tx, {.owner_kind = std::string(secrets::of_key),
                              .owner_id = id,
                              .purpose = "private_key",
                              .key_version = 1,
                              .sealed = "s"});
        });
    const auto order = [&] {
        std::string ids;
        for (const auto& key : read([](transaction& tx) { return keys::active(tx, "c1"); }))
            ids += key.id;
        return ids;
    };
    EXPECT_EQ(order(), "k3k2k1");
    write([](transaction& tx) { keys::accepted(tx, "k1"); });
    EXPECT_EQ(order(), "k1k3k2");
    EXPECT_TRUE(read([](transaction& tx) { return keys::find(tx, "k1"); })->last_accepted_at);
    EXPECT_TRUE(write([](transaction& tx) { return keys::revoke(tx, "k1"); }));
    EXPECT_FALSE(write([](transaction& tx) { return keys::revoke(tx, "k1"); }));
    EXPECT_EQ(order(), "k3k2");
    read([](transaction& tx) {
        EXPECT_EQ(keys::list(tx, "c1").size(), 3U);
        EXPECT_FALSE(secrets::find(tx, secrets::of_key, "k1", "private_key"));
        EXPECT_TRUE(secrets::find(tx, secrets::of_key, "k2", "private_key"));
    });
}

TEST_P(connections_contract, a_secret_is_replaced_and_resealed_only_as_it_was_seen) {
    make_master_keys();
    const sealed_secret first{.owner_kind = "connection",
                              .owner_id = "c1",
                              .purpose = "password",
                              .key_version = 1,
                              .sealed = std::string("\0\xff", 2)};
    write([&](transaction& tx) { secrets::put(tx, first); });
    auto found = *read([](transaction& tx) { return secrets::find(tx, "connection", "c1", "password"); });
    EXPECT_EQ(found.sealed, first.sealed);
    auto second = first;
    second.key_version = 2;
    second.sealed = "two";
    const auto reseal = [&] { return write([&](transaction& tx) { return secrets::reseal(tx, first, second); }); };
    EXPECT_TRUE(reseal());
    EXPECT_FALSE(reseal());
    found = *read([](transaction& tx) { return secrets::find(tx, "connection", "c1", "password"); });
    EXPECT_EQ(found.key_version, 2U);
    EXPECT_EQ(found.sealed, "two");
    write([&](transaction& tx) { secrets::put(tx, first); });
    EXPECT_EQ(read([](transaction& tx) { return secrets::count(tx, 1); }), 1U);
    EXPECT_EQ(read([](transaction& tx) { return secrets::count(tx, 2); }), 0U);
}

TEST_P(connections_contract, nothing_is_sealed_with_a_master_key_that_is_not_known_any_more) {
    make_master_keys();
    const auto put = [&](std::uint32_t version) {
        return db->write([&](transaction& tx) {
            secrets::put(tx,
                         {.owner_kind = "x", .owner_id = "a", .purpose = "p", .key_version = version, .sealed = "s"});
        });
    };
    must(put(1));
    EXPECT_EQ(put(3).error().code, errc::conflict);
    must(put(2));
    EXPECT_TRUE(write([](transaction& tx) { return secrets::remove_master_key(tx, 1); }));
    EXPECT_EQ(put(1).error().code, errc::conflict);
    EXPECT_EQ(read([](transaction& tx) { return secrets::find(tx, "x", "a", "p"); })->key_version, 2U);
}

TEST_P(connections_contract, a_master_key_goes_only_when_nothing_is_sealed_with_it) {
    write([](transaction& tx) {
        EXPECT_TRUE(secrets::add_master_key(tx, {.version = 1, .check_value = "one"}));
        EXPECT_FALSE(secrets::add_master_key(tx, {.version = 1, .check_value = "other"}));
        EXPECT_TRUE(secrets::add_master_key(tx, {.version = 2, .check_value = "two"}));
        for (const char* const id : {"a", "b", "c"})
            secrets::put(tx, {.owner_kind = "x", .owner_id = id, .purpose = "p", .key_version = 1, .sealed = "s"});
    });
    EXPECT_EQ(read([](transaction& tx) { return secrets::outdated(tx, 2, 2); }).size(), 2U);
    EXPECT_TRUE(read([](transaction& tx) { return secrets::outdated(tx, 1, 2); }).empty());
    EXPECT_FALSE(write([](transaction& tx) { return secrets::remove_master_key(tx, 1); }));
    EXPECT_EQ(write([](transaction& tx) {
                  return secrets::remove(tx, "x", "a") + secrets::remove(tx, "x", "b") + secrets::remove(tx, "x", "c");
              }),
              3U);
    EXPECT_TRUE(write([](transaction& tx) { return secrets::remove_master_key(tx, 1); }));
    const auto left = read([](transaction& tx) { return secrets::master_keys(tx); });
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].check_value, "two");
}

}  // namespace
}  // namespace gangway::store
