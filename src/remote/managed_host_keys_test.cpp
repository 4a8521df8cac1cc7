#include "managed_host_keys.hpp"

#include "managed_fixture.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/store/audit.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>

#include <functional>
#include <vector>

namespace gangway::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::key_of;
using testing::shown;
using testing::some_server;

class managed_host_keys_test : public testing::managed_fixture {
  protected:
    using managed_fixture::managed_fixture;

    managed_host_keys policy(std::optional<store::host_key_pin> pinned = {},
                             store::authentication how = store::authentication::key) {
        return {*database, gate, "c1", how, std::move(pinned)};
    }
    base::result<std::unique_ptr<net::host_key_ticket>> check(managed_host_keys& by, char key) {
        return run(by.check(some_server(), key_of(key)));
    }
    void pin_key(char which) {
        write([which](store::transaction& tx) {
            return store::host_keys::pin(
                tx, {.connection_id = "c1", .fingerprint = shown(which), .key_type = "ssh-ed25519"});
        });
    }
    std::vector<std::string> actions() {
        return write([](store::transaction& tx) {
            std::vector<std::string> names;
            for (const auto& entry : store::audit::list(tx, "c1", 0, 100))
                names.push_back(entry.action);
            return names;
        });
    }

    net::first_contact_gate gate{};
};

TEST_F(managed_host_keys_test, first_contact_pins_when_the_login_succeeded_and_not_before) {
    auto first = policy();
    EXPECT_TRUE(first.known_types(some_server()).empty());
    const auto ticket = check(first, 'a');
    ASSERT_TRUE(ticket);
    EXPECT_FALSE(pin());
    ASSERT_TRUE(run((*ticket)->confirm()));
    const auto found = pin();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->fingerprint, shown('a'));
    EXPECT_EQ(found->key_type, "ssh-ed25519");
    EXPECT_EQ(found->how, store::pinned_how::first_success);
    EXPECT_THAT(actions(), ElementsAre("host_key.pin", "host_key.first_contact"));
}

TEST_F(managed_host_keys_test, first_contact_whose_login_failed_pins_nothing) {
    auto first = policy();
    check(first, 'a')->reset();
    EXPECT_FALSE(pin());
    auto second = policy();
    EXPECT_TRUE(check(second, 'b'));
}

TEST_F(managed_host_keys_test, password_stops_at_the_fingerprint_until_it_is_confirmed) {
    auto first = policy({}, store::authentication::password);
    const auto refused = check(first, 'a');
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, net::errc::host_key_unknown);
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), shown('a'));
    EXPECT_FALSE(pin());

    pin_key('a');
    auto confirmed = policy(pin(), store::authentication::password);
    EXPECT_TRUE(check(confirmed, 'a'));
}

TEST_F(managed_host_keys_test, pinned_key_passes_and_is_asked_for_by_type) {
    pin_key('a');
    auto known = policy(pin());
    EXPECT_THAT(known.known_types(some_server()), ElementsAre("ssh-ed25519"));
    const auto ticket = check(known, 'a');
    ASSERT_TRUE(ticket);
    EXPECT_TRUE(run((*ticket)->confirm()));
    EXPECT_TRUE(actions().empty());
}

TEST_F(managed_host_keys_test, expected_key_learns_its_type_from_the_first_login) {
    write([](store::transaction& tx) { store::host_keys::expect(tx, "c1", shown('a')); });
    auto expecting = policy(pin());
    EXPECT_TRUE(expecting.known_types(some_server()).empty());
    const auto ticket = check(expecting, 'a');
    ASSERT_TRUE(ticket);
    ASSERT_TRUE(run((*ticket)->confirm()));
    EXPECT_EQ(pin()->key_type, "ssh-ed25519");
    EXPECT_EQ(pin()->how, store::pinned_how::expected);
}

TEST_F(managed_host_keys_test, other_key_is_refused_and_puts_the_connection_in_quarantine) {
    pin_key('a');
    auto known = policy(pin());
    const auto refused = check(known, 'b');
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, net::errc::host_key_mismatch);
    EXPECT_EQ(refused.error().fact_named("expectedFingerprint"), shown('a'));
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), shown('b'));
    EXPECT_EQ(pin()->fingerprint, shown('a'));
    EXPECT_EQ(pin()->presented_fingerprint, shown('b'));
    EXPECT_EQ(row().health, store::health::host_key_mismatch);
    EXPECT_THAT(actions(), ElementsAre("host_key.quarantine"));
}

TEST_F(managed_host_keys_test, key_that_was_locked_meanwhile_is_refused_without_a_quarantine) {
    pin_key('b');
    auto outdated = policy(store::host_key_pin{.connection_id = "c1", .fingerprint = shown('a')});
    EXPECT_FALSE(check(outdated, 'b'));
    EXPECT_FALSE(pin()->presented_fingerprint);
    EXPECT_EQ(row().health, store::health::unknown);
}

TEST_F(managed_host_keys_test, fifty_first_contacts_with_two_keys_pin_exactly_one) {
    // Each login takes a while, so that all the others come in between.
    constexpr auto log_in = [](managed_host_keys by, char key, int& won, int& lost) -> net::awaitable<void> {
        const auto ticket = co_await by.check(some_server(), key_of(key));
        for (int i = 0; i < 10; ++i)
            co_await net::asio::post(co_await net::asio::this_coro::executor, net::asio::use_awaitable);
        const bool trusted = ticket && co_await (*ticket)->confirm();
        ++(trusted ? won : lost);
        if (!ticket) EXPECT_EQ(ticket.error().code, net::errc::host_key_mismatch);
    };
    int won[2]{}, lost[2]{};
    for (int i = 0; i < 50; ++i)
        net::asio::co_spawn(context, log_in(policy(), i % 2 == 0 ? 'a' : 'b', won[i % 2], lost[i % 2]),
                            [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    context.restart();
    context.run();
    const int winner = won[0] != 0 ? 0 : 1;
    EXPECT_EQ(won[winner], 25);
    EXPECT_EQ(lost[winner], 0);
    EXPECT_EQ(won[1 - winner], 0);
    EXPECT_EQ(lost[1 - winner], 25);
    EXPECT_EQ(pin()->fingerprint, shown(winner == 0 ? 'a' : 'b'));
}

TEST_F(managed_host_keys_test, another_node_that_pins_another_key_meanwhile_wins) {
    auto mine = policy();
    const auto ticket = check(mine, 'a');
    ASSERT_TRUE(ticket);
    pin_key('b');
    const auto lost = run((*ticket)->confirm());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, net::errc::host_key_mismatch);
    EXPECT_EQ(pin()->fingerprint, shown('b'));
}

TEST_F(managed_host_keys_test, another_node_that_pins_the_same_key_meanwhile_is_welcome) {
    auto mine = policy();
    const auto ticket = check(mine, 'a');
    ASSERT_TRUE(ticket);
    pin_key('a');
    EXPECT_TRUE(run((*ticket)->confirm()));
}

TEST_F(managed_host_keys_test, connection_that_was_deleted_during_the_login_is_not_pinned) {
    auto mine = policy();
    const auto ticket = check(mine, 'a');
    ASSERT_TRUE(ticket);
    write([](store::transaction& tx) { return store::connections::remove(tx, "c1", 1); });
    EXPECT_FALSE(run((*ticket)->confirm()));
    EXPECT_FALSE(pin());
}

class full_database_test : public managed_host_keys_test {
  protected:
    static constexpr std::int64_t pages = 80;
    full_database_test() : managed_host_keys_test(pages) {}

    void fill() {
        const std::string much(2000, 'x');
        for (int i = 0; i < 10'000; ++i)
            if (!run(database->write(
                    [&](store::transaction& tx) { store::audit::append(tx, "test", "fill", "disk", much); })))
                return;
        FAIL() << "the database never became full";
    }
};

TEST_F(full_database_test, first_contact_ends_before_any_credential) {
    fill();
    // Small entries may still find room in what is left of the last page.
    std::optional<base::error> why;
    for (int i = 0; i < 100 && !why; ++i) {
        auto first = policy();
        if (const auto ticket = check(first, 'a'); !ticket) why = ticket.error();
    }
    ASSERT_TRUE(why);
    EXPECT_EQ(why->code, net::errc::host_key_store_failed);
    EXPECT_THAT(why->message, HasSubstr("No credential was sent"));
    EXPECT_FALSE(pin());
}

TEST_F(full_database_test, other_key_is_refused_even_if_that_cannot_be_noted) {
    pin_key('a');
    const auto pinned = pin();
    fill();
    for (int i = 0; i < 100; ++i) {
        auto known = policy(pinned);
        const auto refused = check(known, 'b');
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, net::errc::host_key_mismatch);
    }
}

}  // namespace
}  // namespace gangway::remote
