#include "key_schedule.hpp"

#include "testing/hex.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
using testing_support::to_hex;

// Expected values: RFC 4253 sections 7.2 and 8 written down in Python with hashlib.

const exchange_transcript said{.client_identification = "SSH-2.0-Gangway",
                               .server_identification = "SSH-2.0-Other_1",
                               .client_kexinit =
                                   "\x14"
                                   "client",
                               .server_kexinit =
                                   "\x14"
                                   "server"};

/// Q_C is 00 … 1f, Q_S is 20 … 3f, K is 32 octets 9a: its mpint begins with a zero.
exchange_result result() {
    exchange_result done;
    done.host_key = "host key";
    for (int q = 0; q < 2; ++q) {
        done.hash_part += from_hex("00000020");
        for (int i = 0; i < 32; ++i)
            done.hash_part += static_cast<char>(32 * q + i);
    }
    done.shared_secret = base::secret(from_hex("0000002100") + std::string(32, '\x9a'));
    return done;
}

const std::string session = from_hex("809a0029bf14ae485998b8773cc3283480ae01e4e60593466782813420ef7832");

TEST(key_schedule, hashes_the_exchange) {
    EXPECT_EQ(to_hex(exchange_hash("SHA256", said, result())), to_hex(session));
    EXPECT_EQ(to_hex(exchange_hash("SHA512", said, result())),
              "a5fcfd13688de52269847bedf8c04350ed5022eb18d44ad558a2f4450efbb206"
              "4c2b4d263962e41f36f4a17a47b3dfc433051b71f875f9afa665d1d94b529043");
}

TEST(key_schedule, derives_keys_longer_than_the_hash) {
    const auto done = result();
    const auto keys =
        derive_keys("SHA256", done.shared_secret, session, session, "ACE", {.key = 64, .iv = 12, .mac_key = 64});
    EXPECT_EQ(to_hex(keys.iv.view()), "6214e4bb3345b0085f0d9abf");
    EXPECT_EQ(to_hex(keys.key.view()),
              "ae23fd65b33b3e8ec9c196c412cac6399c6d6ecd1106312b623ae00bb932a221"
              "277f58206ca8b01e09a68b64d86cef3b42b5041a518e38dd33822758138b1292");
    EXPECT_EQ(to_hex(keys.mac_key.view()),
              "59b86bb58fe8c62592139a35a3cbc81de2a474449346e388244f3a2471757689"
              "ab238f1bf4632bc2621d4569d73c49db3b8acac1deb28f5fffe58dfbe5c64fbc");
}

TEST(key_schedule, keeps_the_session_of_the_first_exchange) {
    const auto done = result();
    const auto later = exchange_hash("SHA512", said, done);
    const auto keys =
        derive_keys("SHA512", done.shared_secret, later, session, "BDF", {.key = 32, .iv = 16, .mac_key = 64});
    EXPECT_EQ(to_hex(keys.iv.view()), "45f4555414c7bc154bf3ae5fa7df3d0c");
    EXPECT_EQ(to_hex(keys.key.view()), "8c044f8f442a664743e0ebf2fb1532afe8fd958e473f5bf76306b7f484361c16");
    EXPECT_EQ(to_hex(keys.mac_key.view()),
              "e42d560e10d297648ecf1babb57f7487ce16592cf2138bf9ca2ee6ddb40cc1d3"
              "945629c7d44e3f26a1ad973378de955f1a9b02208cdedca0c87d3d75e09bbe13");
}

TEST(key_schedule, derives_nothing_where_nothing_is_needed) {
    const auto done = result();
    const auto keys =
        derive_keys("SHA256", done.shared_secret, session, session, "ACE", {.key = 16, .iv = 0, .mac_key = 0});
    EXPECT_TRUE(keys.iv.empty());
    EXPECT_TRUE(keys.mac_key.empty());
    EXPECT_EQ(keys.key.view().size(), 16U);
}

}  // namespace
}  // namespace gangway::ssh
