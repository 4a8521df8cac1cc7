#include "refused_logins.hpp"

#include <gtest/gtest.h>

namespace gangway::remote {
namespace {

class manual_clock final : public base::clock {
  public:
    std::chrono::system_clock::time_point wall() const override { return {}; }
    std::chrono::steady_clock::time_point steady() const override { return now; }
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
};

model::endpoint server(std::uint16_t port = 22) {
    return {*model::host::parse("sftp.example.com"), port};
}

model::credentials with_password(std::string_view password, std::string user = "ann") {
    return {.username = std::move(user), .password = base::secret{password}};
}

class refused_logins_test : public testing::Test {
  protected:
    std::string key(const model::credentials& who, std::uint16_t port = 22) { return ledger.key_of(server(port), who); }

    manual_clock clock;
    refused_logins ledger{clock};
};

TEST_F(refused_logins_test, unknown_credential_may_be_tried) {
    EXPECT_EQ(ledger.blocked_for(key(with_password("a"))), std::nullopt);
}

TEST_F(refused_logins_test, first_refusal_leaves_one_more_try) {
    const auto mine = key(with_password("a"));
    ledger.refused(mine);
    EXPECT_EQ(ledger.blocked_for(mine), std::nullopt);
}

TEST_F(refused_logins_test, second_refusal_blocks_for_the_time_that_is_left) {
    const auto mine = key(with_password("a"));
    ledger.refused(mine);
    ledger.refused(mine);
    EXPECT_EQ(ledger.blocked_for(mine), refused_logins::remembered);
    clock.now += std::chrono::minutes{14};
    EXPECT_EQ(ledger.blocked_for(mine), std::chrono::minutes{1});
}

TEST_F(refused_logins_test, block_ends_after_its_time_and_the_count_starts_anew) {
    const auto mine = key(with_password("a"));
    ledger.refused(mine);
    ledger.refused(mine);
    clock.now += refused_logins::remembered;
    EXPECT_EQ(ledger.blocked_for(mine), std::nullopt);
    ledger.refused(mine);
    EXPECT_EQ(ledger.blocked_for(mine), std::nullopt);
}

TEST_F(refused_logins_test, accepted_login_forgets_earlier_refusals) {
    const auto mine = key(with_password("a"));
    ledger.refused(mine);
    ledger.accepted(mine);
    ledger.refused(mine);
    EXPECT_EQ(ledger.blocked_for(mine), std::nullopt);
}

TEST_F(refused_logins_test, every_part_of_the_login_counts_for_itself) {
    const auto blocked = key(with_password("a"));
    ledger.refused(blocked);
    ledger.refused(blocked);
    EXPECT_EQ(ledger.blocked_for(key(with_password("b"))), std::nullopt);
    EXPECT_EQ(ledger.blocked_for(key(with_password("a", "bob"))), std::nullopt);
    EXPECT_EQ(ledger.blocked_for(key(with_password("a"), 2222)), std::nullopt);
    EXPECT_NE(ledger.blocked_for(key(with_password("a"))), std::nullopt);
}

TEST_F(refused_logins_test, key_file_and_passphrase_are_told_apart_from_a_password) {
    const auto password = key(with_password("x"));
    const auto key_file = key({.username = "ann", .key = model::key_file{base::secret{"x"}, {}}});
    const auto passphrase = key({.username = "ann", .key = model::key_file{{}, base::secret{"x"}}});
    EXPECT_NE(password, key_file);
    EXPECT_NE(password, passphrase);
    EXPECT_NE(key_file, passphrase);
}

TEST_F(refused_logins_test, key_shows_nothing_of_the_password) {
    EXPECT_EQ(key(with_password("a-long-password")).find("a-long"), std::string::npos);
    manual_clock other_clock;
    refused_logins other_process{other_clock};
    EXPECT_NE(other_process.key_of(server(), with_password("a")), key(with_password("a")));
}

TEST_F(refused_logins_test, full_ledger_forgets_the_oldest_first) {
    for (std::size_t i = 0; i < refused_logins::most_entries; ++i) {
        clock.now += std::chrono::microseconds{1};
        ledger.refused(std::to_string(i));
        ledger.refused(std::to_string(i));
    }
    ledger.refused("one more");
    EXPECT_EQ(ledger.blocked_for("0"), std::nullopt);
    EXPECT_NE(ledger.blocked_for("1"), std::nullopt);
}

}  // namespace
}  // namespace gangway::remote
