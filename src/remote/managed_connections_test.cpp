#include "managed_fixture.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/vault/unlock.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace gangway::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::shown;

/// Only hears whose sessions are to end.
class no_sessions final : public sessions {
  public:
    net::async_result<std::unique_ptr<lease>> acquire(target, net::dial_report&) override {
        co_return base::fail(net::errc::connection_lost, base::phase::tcp, "none");
    }
    void retire(const std::string& id) override { retired.push_back(id); }
    net::async_result<net::identification> identify(model::endpoint, base::phase&) override {
        co_return base::fail(net::errc::connection_lost, base::phase::tcp, "none");
    }
    net::awaitable<net::checkup> examine(model::endpoint, std::optional<model::credentials>,
                                         std::optional<model::fingerprint>) override {
        co_return net::checkup{};
    }
    std::vector<std::string> retired{};
};

/// Trusts nobody: nothing here is dialled.
class no_keys final : public net::host_key_policy {
  public:
    std::vector<std::string> known_types(const model::endpoint&) override { return {}; }
    net::async_result<std::unique_ptr<net::host_key_ticket>> check(model::endpoint, net::host_key) override {
        co_return base::fail(net::errc::host_key_unknown, base::phase::hostkey, "nobody");
    }
};

class managed_connections_test : public testing::managed_fixture {
  protected:
    managed_connections_test() {
        EXPECT_TRUE(run(database->write([this](store::transaction& tx) { return vault::recognise(tx, secrets); })));
    }
    void add_key(std::string id) {
        auto made = vault::generate_key(secrets, crypto::key_type::ed25519, std::move(id), "c1", "gangway");
        ASSERT_TRUE(made);
        write([&](store::transaction& tx) {
            store::keys::add(tx, made->row);
            store::secrets::put(tx, made->secret);
        });
    }
    void change(auto edit) {
        auto now = row();
        edit(now);
        EXPECT_EQ(write([&](store::transaction& tx) { return store::connections::update(tx, now); }),
                  store::changed::done);
    }
    void set_password(std::string_view text) {
        change([](store::connection& now) { now.authentication = store::authentication::password; });
        write([&](store::transaction& tx) {
            store::secrets::put(tx, secrets.seal({store::secrets::of_connection, "c1", vault::password_purpose}, text));
        });
    }
    base::result<target> find(std::string id = "c1") { return run(managed.find(std::move(id))); }
    errc refusal() {
        const auto found = find();
        return found ? errc{} : static_cast<errc>(found.error().code.value());
    }
    static std::vector<std::string> offered(const target& where) {
        std::vector<std::string> ids;
        for (const auto& signer : where.who.signers)
            ids.push_back(signer->id());
        return ids;
    }

    vault::vault secrets{vault::keyring::generate()};
    no_sessions pool{};
    no_keys nobody{};
    net::egress_policy egress{net::egress_rules{}};
    net::asio::thread_pool blocking{1};
    managed_connections managed{
        {.egress = egress, .host_keys = nobody, .blocking = blocking}, *database, secrets, pool};
};

TEST_F(managed_connections_test, target_has_server_user_root_and_keys_newest_first) {
    change([](store::connection& now) {
        now.port = 2022;
        now.path_root = "/in";
    });
    add_key("k1");
    add_key("k2");
    const auto found = find();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->server.text(), "sftp.example.com:2022");
    EXPECT_EQ(found->who.username, "robin");
    EXPECT_EQ(found->path_root, "/in");
    EXPECT_FALSE(found->who.password);
    EXPECT_THAT(offered(*found), ElementsAre("k2", "k1"));
    EXPECT_TRUE(found->managed->is_current());
}

TEST_F(managed_connections_test, newest_key_comes_first_even_if_an_older_one_was_accepted) {
    add_key("k1");
    add_key("k2");
    write([](store::transaction& tx) { store::keys::accepted(tx, "k1"); });
    EXPECT_THAT(offered(*find()), ElementsAre("k2", "k1"));
}

TEST_F(managed_connections_test, revoked_key_is_never_offered) {
    add_key("k1");
    add_key("k2");
    write([](store::transaction& tx) { return store::keys::revoke(tx, "k2"); });
    EXPECT_THAT(offered(*find()), ElementsAre("k1"));
}

TEST_F(managed_connections_test, no_more_keys_are_offered_than_a_server_lets_one_try) {
    for (int i = 0; i < 7; ++i)
        add_key("k" + std::to_string(i));
    EXPECT_THAT(offered(*find()), ElementsAre("k6", "k5", "k4", "k3", "k2"));
}

TEST_F(managed_connections_test, password_is_opened_and_keys_stay_away) {
    add_key("k1");
    set_password("open sesame");
    const auto found = find();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->who.password->view(), "open sesame");
    EXPECT_THAT(offered(*found), IsEmpty());
}

TEST_F(managed_connections_test, what_cannot_log_in_says_why) {
    EXPECT_EQ(refusal(), errc::no_credential);
    change([](store::connection& now) { now.authentication = store::authentication::password; });
    EXPECT_EQ(refusal(), errc::no_credential);
    EXPECT_EQ(run(managed.find("other")).error().code, errc::no_such_connection);
}

TEST_F(managed_connections_test, paused_connection_gives_no_target) {
    add_key("k1");
    change([](store::connection& now) { now.paused = true; });
    EXPECT_EQ(refusal(), errc::connection_paused);
    change([](store::connection& now) { now.paused = false; });
    EXPECT_TRUE(find());
}

TEST_F(managed_connections_test, quarantined_connection_gives_no_target_until_it_is_locked_again) {
    add_key("k1");
    write([](store::transaction& tx) {
        store::host_keys::pin(tx, {.connection_id = "c1", .fingerprint = shown('a'), .key_type = "ssh-ed25519"});
        return store::host_keys::quarantine(tx, "c1", shown('b'), "ssh-ed25519");
    });
    const auto refused = find();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, net::errc::host_key_mismatch);
    EXPECT_EQ(refused.error().fact_named("expectedFingerprint"), shown('a'));
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), shown('b'));

    write([](store::transaction& tx) { return store::host_keys::relock(tx, "c1", shown('b')); });
    EXPECT_TRUE(find());
}

TEST_F(managed_connections_test, every_change_that_matters_to_a_session_is_another_version) {
    add_key("k1");
    std::vector<std::string> versions{find()->managed->version()};
    const auto is_new = [&] {
        versions.push_back(find()->managed->version());
        return std::ranges::count(versions, versions.back()) == 1;
    };
    change([](store::connection& now) { now.username = "sam"; });
    EXPECT_TRUE(is_new());
    add_key("k2");
    EXPECT_TRUE(is_new());
    write([](store::transaction& tx) { return store::keys::revoke(tx, "k1"); });
    EXPECT_TRUE(is_new());
    write([](store::transaction& tx) {
        return store::host_keys::pin(tx, {.connection_id = "c1", .fingerprint = shown('a'), .key_type = "ssh-ed25519"});
    });
    EXPECT_TRUE(is_new());
    set_password("one");
    EXPECT_TRUE(is_new());
    write([](store::transaction& tx) {
        return store::connections::set_health(tx, "c1", store::health::failing, "whatever");
    });
    EXPECT_FALSE(is_new());
}

TEST_F(managed_connections_test, change_makes_targets_outdated_and_ends_sessions) {
    add_key("k1");
    const auto before = find();
    managed.changed("c1");
    EXPECT_THAT(pool.retired, ElementsAre("c1"));
    EXPECT_FALSE(before->managed->is_current());
    EXPECT_TRUE(find()->managed->is_current());
}

TEST_F(managed_connections_test, success_notes_health_and_the_accepted_key) {
    add_key("k1");
    add_key("k2");
    run([](login_keeper& keeper) -> net::awaitable<bool> {
        co_await keeper.ended({.accepted_signer = "k1"}, nullptr);
        co_return true;
    }(*find()->managed));
    EXPECT_EQ(row().health, store::health::healthy);
    const auto keys = write([](store::transaction& tx) { return store::keys::list(tx, "c1"); });
    EXPECT_TRUE(keys[0].last_accepted_at);
    EXPECT_FALSE(keys[1].last_accepted_at);
}

TEST_F(managed_connections_test, failures_note_their_kind_of_health) {
    add_key("k1");
    const auto after = [&](std::error_code code) {
        run([](login_keeper& keeper, std::error_code why) -> net::awaitable<bool> {
            const base::error failure{why, base::phase::auth, "for people"};
            co_await keeper.ended({}, &failure);
            co_return true;
        }(*find()->managed, code));
        return row().health;
    };
    EXPECT_EQ(after(net::errc::host_key_unknown), store::health::unknown);
    EXPECT_EQ(after(net::errc::auth_failed), store::health::auth_failed);
    EXPECT_EQ(row().health_reason, "for people");
    EXPECT_EQ(after(net::errc::connection_refused), store::health::failing);
    EXPECT_EQ(after(net::errc::host_key_mismatch), store::health::failing);
}

TEST_F(managed_connections_test, a_test_whose_time_is_up_tells_the_step_that_hung_and_what_was_found_before) {
    // Accepts for itself, and says nothing.
    const net::tcp::acceptor silent{context, {net::asio::ip::address_v4::loopback(), 0}};
    add_key("k1");
    change([&](store::connection& now) {
        now.host = "127.0.0.1";
        now.port = silent.local_endpoint().port();
    });
    const net::egress_policy open{{.mode = net::egress_mode::open}};
    managed_connections own{{.egress = open, .host_keys = nobody, .blocking = blocking}, *database, secrets, pool};
    const auto found = run(own.test("c1", std::chrono::milliseconds{300}));
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->healthy());
    // How far a busy machine comes in the time is its own affair.
    const auto& last = found->steps.back();
    ASSERT_TRUE(last.failure);
    EXPECT_EQ(last.failure->code, net::errc::timed_out);
    EXPECT_EQ(last.failure->where, last.name == "dns"   ? base::phase::dns
                                   : last.name == "tcp" ? base::phase::tcp
                                                        : base::phase::ssh);
    EXPECT_THAT(last.failure->message, ::testing::HasSubstr('"' + last.name + "\", took longer than 300ms"));
    EXPECT_EQ(row().health, store::health::failing);
}

TEST_F(managed_connections_test, signer_of_a_target_signs_for_its_public_key) {
    add_key("k1");
    const auto found = find();
    EXPECT_TRUE(found->who.signers[0]->sign("ssh-ed25519", "octets"));
    EXPECT_FALSE(found->who.signers[0]->sign("ssh-rsa", "octets"));
}

}  // namespace
}  // namespace gangway::remote
