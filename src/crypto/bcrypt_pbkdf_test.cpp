#include "bcrypt_pbkdf.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace gangway::crypto {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string derive_hex(std::string_view passphrase, std::string_view salt, std::uint32_t rounds, std::size_t length) {
    const auto derived = bcrypt_pbkdf(passphrase, salt, rounds, length, 10min);
    std::string text;
    for (const auto octet : derived.value()) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

// Computed by python3-bcrypt 3.2.2, which has OpenBSD's implementation.
TEST(bcrypt_pbkdf, agrees_with_openbsd_within_one_block) {
    EXPECT_EQ(derive_hex("password", "salt", 4, 32),
              "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9");
    EXPECT_EQ(derive_hex("password", "\0"s, 4, 16), "c12b566235eee04c212598970a579a67");
    EXPECT_EQ(derive_hex("\0"s, "salt", 4, 16), "6051be18c2f4f82cbf0efee5471b4bb9");
    EXPECT_EQ(derive_hex("x", std::string(1024, 's'), 2, 1), "98");
}

TEST(bcrypt_pbkdf, agrees_with_openbsd_across_blocks) {
    std::string salt(16, '\0');
    std::iota(salt.begin(), salt.end(), '\0');
    EXPECT_EQ(derive_hex("correct horse", salt, 1, 48),
              "9cf71b05ddb758eaf23936a4857f7b30daaa73457d6462344d63a5eb0c01041ef6c5b44489e0486f954fb2c9702a42e0");
    EXPECT_EQ(derive_hex("x", "abc", 3, 33), "2697e04c0a8a3a763758b7bffa848bea95297cba8b5544b22b5cda337231ce964a");
    EXPECT_EQ(derive_hex(std::string(100, 'p'), "NaCl", 8, 64),
              "a71e94a181dd7cd845b23b4f4e0f8c4715e91e8df3f41eac107de53376b70dcf"
              "2119b73204f318ac77ac72e4fc855538485fde9b5ecf302c9b9ec6da9c1978b3");
}

TEST(bcrypt_pbkdf, gives_up_after_the_round_in_which_time_ran_out) {
    const auto derived = bcrypt_pbkdf("password", "salt", 0xFFFFFFFF, 32, 0ms);
    ASSERT_FALSE(derived.has_value());
    EXPECT_EQ(derived.error().code, errc::kdf_too_costly);
}

/// What one derivation computes on this machine, as it is built.
std::chrono::milliseconds cost_of_one() {
    ::timespec before{}, after{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    EXPECT_TRUE(bcrypt_pbkdf("password", "salt", 8, 32, 10min));
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    return std::chrono::milliseconds{1000 * (after.tv_sec - before.tv_sec) +
                                     (after.tv_nsec - before.tv_nsec) / 1'000'000};
}

TEST(bcrypt_pbkdf, is_not_given_up_because_others_compute_too) {
    const auto time = 4 * cost_of_one() + 5ms;
    std::atomic<int> failed = 0;
    {
        std::vector<std::jthread> crowd;
        for (unsigned i = 0; i < 8 * std::max(2U, std::thread::hardware_concurrency()); ++i)
            crowd.emplace_back([&] { failed += !bcrypt_pbkdf("password", "salt", 8, 32, time); });
    }
    EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace gangway::crypto
