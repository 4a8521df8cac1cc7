#include "run_coroutine.hpp"
#include "scratch_folder.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/known_hosts.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gangway::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A key whose blob names its type, as RFC 4253 section 6.6 wants it; what follows is of no account here.
host_key key(std::string_view type, char filler) {
    std::string blob{'\0', '\0', '\0', static_cast<char>(type.size())};
    return {std::string{type}, blob.append(type).append(32, filler)};
}

const host_key key_a = key("ssh-ed25519", 'a');
const host_key key_b = key("ssh-ed25519", 'b');
const host_key ecdsa_key = key("ecdsa-sha2-nistp256", 'e');
const host_key rsa_key = key("ssh-rsa", 'r');

model::endpoint server(std::string_view host = "example.com", std::uint16_t port = 22) {
    return {model::host::parse(host).value(), port};
}

using ticket = std::unique_ptr<host_key_ticket>;

struct known_hosts_policy_test : testing::Test {
    std::unique_ptr<host_key_policy> make(first_contact unknown = first_contact::pin,
                                          std::vector<std::filesystem::path> others = {}) {
        return make_known_hosts_policy(folder / "known_hosts", std::move(others), unknown);
    }
    base::result<ticket> check(host_key_policy& policy, const host_key& presented,
                               const model::endpoint& where = server()) {
        return run_coroutine(context, policy.check(where, presented));
    }
    base::result<void> confirm(const base::result<ticket>& checked) {
        return run_coroutine(context, checked.value()->confirm());
    }
    /// A whole first login.
    base::result<void> log_in(host_key_policy& policy, const host_key& presented,
                              const model::endpoint& where = server()) {
        const auto checked = check(policy, presented, where);
        if (!checked) return std::unexpected(checked.error());
        return confirm(checked);
    }
    [[nodiscard]] std::string file() const { return folder.read("known_hosts"); }

    scratch_folder folder;
    asio::io_context context{1};
};

TEST_F(known_hosts_policy_test, first_successful_login_pins_the_key) {
    const auto policy = make();
    EXPECT_TRUE(log_in(*policy, key_a));
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
    EXPECT_TRUE(log_in(*policy, key_a));
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
    EXPECT_THAT(folder.names(), ElementsAre("known_hosts"));
}

TEST_F(known_hosts_policy_test, other_key_is_a_mismatch_with_both_fingerprints) {
    const auto policy = make();
    ASSERT_TRUE(log_in(*policy, key_a));
    const auto refused = check(*policy, key_b);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::host_key_mismatch);
    EXPECT_EQ(refused.error().where, base::phase::hostkey);
    EXPECT_EQ(refused.error().fact_named("expectedFingerprint"), key_a.fingerprint().text());
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), key_b.fingerprint().text());
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, any_known_key_is_trusted_and_any_other_is_a_mismatch) {
    folder.write("known_hosts", known_hosts_line(server(), ecdsa_key) + known_hosts_line(server(), key_a));
    const auto policy = make();
    EXPECT_TRUE(log_in(*policy, ecdsa_key));
    EXPECT_TRUE(log_in(*policy, key_a));
    // The expected key that is shown is the one of the same type, or else the first.
    EXPECT_EQ(check(*policy, key_b).error().fact_named("expectedFingerprint"), key_a.fingerprint().text());
    EXPECT_EQ(check(*policy, rsa_key).error().fact_named("expectedFingerprint"), ecdsa_key.fingerprint().text());
}

TEST_F(known_hosts_policy_test, port_and_host_are_separate_servers) {
    const auto policy = make();
    EXPECT_TRUE(log_in(*policy, key_a));
    EXPECT_TRUE(log_in(*policy, key_b, server("example.com", 2222)));
    EXPECT_TRUE(log_in(*policy, ecdsa_key, server("example.org")));
    EXPECT_EQ(file(), known_hosts_line(server(), key_a) + known_hosts_line(server("example.com", 2222), key_b) +
                          known_hosts_line(server("example.org"), ecdsa_key));
}

TEST_F(known_hosts_policy_test, unknown_server_is_refused_where_first_contact_is_not_trusted) {
    const auto policy = make(first_contact::refuse);
    const auto refused = check(*policy, key_a);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::host_key_unknown);
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), key_a.fingerprint().text());
    EXPECT_THAT(refused.error().message, HasSubstr("No credential was sent"));
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(known_hosts_policy_test, revoked_key_is_refused_even_where_it_is_listed) {
    const auto line = known_hosts_line(server(), key_a);
    folder.write("known_hosts", line + "@revoked " + line);
    const auto policy = make();
    const auto refused = check(*policy, key_a);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::host_key_mismatch);
    EXPECT_EQ(refused.error().fact_named("presentedFingerprint"), key_a.fingerprint().text());
    EXPECT_THAT(refused.error().message, HasSubstr("@revoked"));
    EXPECT_THAT(policy->known_types(server()), IsEmpty());
}

TEST_F(known_hosts_policy_test, key_that_is_only_revoked_makes_no_server_known) {
    folder.write("known_hosts", "@revoked " + known_hosts_line(server(), key_b));
    const auto policy = make();
    EXPECT_TRUE(log_in(*policy, key_a));
}

TEST_F(known_hosts_policy_test, other_files_are_read_and_never_written) {
    folder.write("global", known_hosts_line(server(), key_a));
    const auto policy = make(first_contact::pin, {folder / "global", folder / "missing"});
    EXPECT_TRUE(log_in(*policy, key_a));
    EXPECT_EQ(check(*policy, key_b).error().code, errc::host_key_mismatch);
    EXPECT_TRUE(log_in(*policy, key_b, server("example.org")));
    EXPECT_EQ(folder.read("global"), known_hosts_line(server(), key_a));
    EXPECT_EQ(file(), known_hosts_line(server("example.org"), key_b));
}

TEST_F(known_hosts_policy_test, file_that_cannot_be_read_refuses_everybody) {
    folder.write("global", known_hosts_line(server(), key_a));
    std::filesystem::create_directory(folder / "known_hosts");
    const auto policy = make(first_contact::pin, {folder / "global"});
    const auto refused = check(*policy, key_a);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::host_key_store_failed);
    EXPECT_THAT(refused.error().message, HasSubstr("No credential was sent"));
    EXPECT_THAT(policy->known_types(server()), IsEmpty());
}

TEST_F(known_hosts_policy_test, known_types_are_those_of_the_server_best_first) {
    folder.write("known_hosts", known_hosts_line(server(), key("other@example.com", 'o')) +
                                    known_hosts_line(server(), rsa_key) + known_hosts_line(server(), ecdsa_key) +
                                    known_hosts_line(server(), key_a) + known_hosts_line(server(), key_b) +
                                    known_hosts_line(server("example.org"), key("ssh-dss", 'd')));
    EXPECT_THAT(make()->known_types(server()),
                ElementsAre("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", "other@example.com"));
    EXPECT_THAT(make()->known_types(server("example.net")), IsEmpty());
}

// --- what is on disk, and when

TEST_F(known_hosts_policy_test, new_file_is_complete_before_the_login_and_in_place_after_it) {
    folder.write("known_hosts", "# kept\n" + known_hosts_line(server("example.org"), key_b));
    const auto before = file();
    const auto policy = make();
    const auto checked = check(*policy, key_a);
    ASSERT_TRUE(checked);
    EXPECT_EQ(file(), before);
    std::string staged;
    for (const auto& name : folder.names())
        if (name.starts_with("known_hosts.new-")) staged = folder.read(name);
    EXPECT_EQ(staged, before + known_hosts_line(server(), key_a));
    EXPECT_TRUE(confirm(checked));
    EXPECT_EQ(file(), staged);
}

TEST_F(known_hosts_policy_test, login_that_failed_leaves_everything_as_it_was) {
    const auto policy = make();
    {
        const auto checked = check(*policy, key_a);
    }
    EXPECT_TRUE(folder.names().empty());
    EXPECT_TRUE(log_in(*policy, key_b));
}

TEST_F(known_hosts_policy_test, last_line_without_end_is_not_glued_to_the_new_one) {
    folder.write("known_hosts", "# no line end");
    ASSERT_TRUE(log_in(*make(), key_a));
    EXPECT_EQ(file(), "# no line end\n" + known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, file_belongs_to_its_owner_only) {
    ASSERT_TRUE(log_in(*make(), key_a));
    struct ::stat status{};
    ASSERT_EQ(::stat((folder / "known_hosts").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(known_hosts_policy_test, symbolic_link_stays_one) {
    folder.write("real", "");
    std::filesystem::create_symlink(folder / "real", folder / "known_hosts");
    ASSERT_TRUE(log_in(*make(), key_a));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "known_hosts"));
    EXPECT_EQ(folder.read("real"), known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, pin_that_cannot_be_stored_ends_the_connection_before_the_login) {
    folder.write("file", "");
    const auto policy = make_known_hosts_policy(folder / "file/known_hosts", {}, first_contact::pin);
    const auto refused = check(*policy, key_a);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::host_key_store_failed);
    EXPECT_EQ(refused.error().where, base::phase::hostkey);
    EXPECT_THAT(refused.error().message, HasSubstr("No credential was sent"));
    EXPECT_THAT(folder.names(), ElementsAre("file"));
}

TEST_F(known_hosts_policy_test, key_type_that_would_write_other_lines_is_refused) {
    const auto policy = make();
    for (const auto* type : {"", "ssh rsa", "ssh-rsa\nevil.example ssh-ed25519 AAAA", "\t"}) {
        const auto refused = check(*policy, key(type, 'x'));
        ASSERT_FALSE(refused) << type;
        EXPECT_EQ(refused.error().code, errc::host_key_store_failed);
    }
    EXPECT_FALSE(check(*policy, host_key{"ssh-rsa", key_a.blob}));
    EXPECT_THAT(folder.names(), IsEmpty());
}

TEST_F(known_hosts_policy_test, leftovers_of_a_crash_are_swept) {
    folder.write("known_hosts.new-abcdef", "x");
    std::filesystem::last_write_time(folder / "known_hosts.new-abcdef",
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours{2});
    make(first_contact::refuse);
    EXPECT_THAT(folder.names(), ElementsAre("known_hosts.new-abcdef"));
    make();
    EXPECT_THAT(folder.names(), IsEmpty());
}

// --- several at once

/// Two policies on one file are what two processes are.
TEST_F(known_hosts_policy_test, process_that_pinned_first_wins_and_the_other_fails) {
    const auto here = make(), there = make();
    const auto mine = check(*here, key_a), theirs = check(*there, key_b);
    EXPECT_TRUE(confirm(mine));
    const auto lost = confirm(theirs);
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, errc::host_key_mismatch);
    EXPECT_EQ(lost.error().fact_named("expectedFingerprint"), key_a.fingerprint().text());
    EXPECT_THAT(lost.error().message, Not(HasSubstr("No credential")));
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
    EXPECT_THAT(folder.names(), ElementsAre("known_hosts"));
}

TEST_F(known_hosts_policy_test, two_processes_with_the_same_key_pin_it_once) {
    const auto here = make(), there = make();
    const auto mine = check(*here, key_a), theirs = check(*there, key_a);
    EXPECT_TRUE(confirm(mine));
    EXPECT_TRUE(confirm(theirs));
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, overlapping_first_contacts_with_two_servers_keep_both_pins) {
    const auto policy = make();
    const auto first = check(*policy, key_a), second = check(*policy, key_b, server("example.org"));
    EXPECT_TRUE(confirm(second));
    EXPECT_TRUE(confirm(first));
    EXPECT_EQ(file(), known_hosts_line(server("example.org"), key_b) + known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, key_revoked_during_the_login_is_not_pinned) {
    const auto policy = make();
    const auto checked = check(*policy, key_a);
    folder.write("known_hosts", "@revoked " + known_hosts_line(server(), key_a));
    EXPECT_EQ(confirm(checked).error().code, errc::host_key_mismatch);
    EXPECT_EQ(file(), "@revoked " + known_hosts_line(server(), key_a));
}

/// Starts a check that has to wait, and says how it ended.
struct waiting_check {
    waiting_check(asio::io_context& context, host_key_policy& policy, const host_key& presented) {
        constexpr auto run = [](host_key_policy& of, host_key shown, waiting_check& self) -> awaitable<void> {
            self.outcome.emplace(co_await of.check(server(), std::move(shown)));
        };
        asio::co_spawn(
            context, run(policy, presented, *this),
            asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr thrown) { failure = thrown; }));
        context.restart();
        context.poll();
    }
    asio::cancellation_signal cancel;
    std::optional<base::result<ticket>> outcome;
    std::exception_ptr failure;
};

TEST_F(known_hosts_policy_test, second_first_contact_waits_and_then_knows_the_key) {
    const auto policy = make();
    const auto first = check(*policy, key_a);
    waiting_check same{context, *policy, key_a}, other{context, *policy, key_b};
    EXPECT_FALSE(same.outcome);
    EXPECT_FALSE(other.outcome);
    EXPECT_TRUE(confirm(first));
    ASSERT_TRUE(same.outcome);
    EXPECT_TRUE(*same.outcome);
    ASSERT_TRUE(other.outcome);
    EXPECT_EQ(other.outcome->error().code, errc::host_key_mismatch);
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
}

TEST_F(known_hosts_policy_test, failed_first_login_lets_the_next_one_try_with_another_key) {
    const auto policy = make();
    auto first = check(*policy, key_a);
    waiting_check other{context, *policy, key_b};
    EXPECT_FALSE(other.outcome);
    first.value().reset();
    context.restart();
    context.run();
    ASSERT_TRUE(other.outcome);
    EXPECT_TRUE(confirm(*other.outcome));
    EXPECT_EQ(file(), known_hosts_line(server(), key_b));
}

TEST_F(known_hosts_policy_test, cancelled_wait_pins_nothing_and_holds_nobody_up) {
    const auto policy = make();
    auto first = check(*policy, key_a);
    waiting_check given_up{context, *policy, key_b}, next{context, *policy, ecdsa_key};
    given_up.cancel.emit(asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    EXPECT_TRUE(given_up.failure);
    first.value().reset();
    context.restart();
    context.run();
    ASSERT_TRUE(next.outcome);
    EXPECT_TRUE(confirm(*next.outcome));
    EXPECT_EQ(file(), known_hosts_line(server(), ecdsa_key));
}

TEST_F(known_hosts_policy_test, confirm_waits_for_the_lock_of_another_process_without_blocking) {
    const auto policy = make();
    const auto checked = check(*policy, key_a);
    const int lock = ::open((folder / "known_hosts.lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    std::optional<base::result<void>> outcome;
    constexpr auto run = [](host_key_ticket& of, std::optional<base::result<void>>& out) -> awaitable<void> {
        out.emplace(co_await of.confirm());
    };
    asio::co_spawn(context, run(**checked, outcome), [](std::exception_ptr) {});
    context.restart();
    context.poll();
    EXPECT_FALSE(outcome);
    EXPECT_EQ(file(), "");
    ::close(lock);
    context.run();
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(*outcome);
    EXPECT_EQ(file(), known_hosts_line(server(), key_a));
}

/// Row A3: many at once, on several threads, while two keys are on offer.
TEST_F(known_hosts_policy_test, race_of_many_first_contacts_pins_exactly_one_key) {
    constexpr int contacts = 50;
    std::atomic<int> with_a{0}, with_b{0}, refused{0};
    const auto policy = make();
    asio::thread_pool pool{4};
    constexpr auto connect = [](host_key_policy& trust, host_key shown, std::atomic<int>& pinned,
                                std::atomic<int>& mismatches) -> awaitable<void> {
        const auto checked = co_await trust.check(server(), std::move(shown));
        if (!checked) {
            if (checked.error().code == errc::host_key_mismatch) ++mismatches;
            co_return;
        }
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);  // the login
        const auto confirmed = co_await (*checked)->confirm();
        if (confirmed) ++pinned;
    };
    for (int i = 0; i < contacts; ++i) {
        const bool a = i % 2 == 0;
        asio::co_spawn(asio::make_strand(pool), connect(*policy, a ? key_a : key_b, a ? with_a : with_b, refused),
                       [](std::exception_ptr failure) {
                           if (failure) std::rethrow_exception(failure);
                       });
    }
    pool.join();
    EXPECT_EQ(with_a + with_b, contacts / 2);
    EXPECT_EQ(std::max(with_a.load(), with_b.load()), contacts / 2);
    EXPECT_EQ(refused, contacts / 2);
    EXPECT_EQ(file(), known_hosts_line(server(), with_a != 0 ? key_a : key_b));
    EXPECT_THAT(folder.names(), ElementsAre("known_hosts"));
}

TEST_F(known_hosts_policy_test, many_servers_at_once_lose_no_pin) {
    constexpr int servers = 40;
    std::atomic<int> pinned{0};
    const auto here = make(), there = make();
    asio::thread_pool pool{4};
    constexpr auto connect = [](host_key_policy& trust, int port, std::atomic<int>& count) -> awaitable<void> {
        const auto checked = co_await trust.check(server("example.com", static_cast<std::uint16_t>(port)), key_a);
        const auto confirmed = co_await checked.value()->confirm();
        if (confirmed) ++count;
    };
    for (int i = 0; i < servers; ++i)
        asio::co_spawn(asio::make_strand(pool), connect(i % 2 == 0 ? *here : *there, 1000 + i, pinned),
                       [](std::exception_ptr failure) {
                           if (failure) std::rethrow_exception(failure);
                       });
    pool.join();
    EXPECT_EQ(pinned, servers);
    for (int i = 0; i < servers; ++i)
        EXPECT_THAT(find_known_keys(file(), server("example.com", static_cast<std::uint16_t>(1000 + i))).trusted,
                    ElementsAre(key_a));
}

}  // namespace
}  // namespace gangway::net
