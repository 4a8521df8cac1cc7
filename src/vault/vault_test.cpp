#include "sealed_box.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/sign.hpp>
#include <gangway/vault/errors.hpp>
#include <gangway/vault/vault.hpp>

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_set>
#include <vector>

namespace gangway::vault {
namespace {

constexpr secret_place place{.owner_kind = "connection", .owner_id = "c1", .purpose = "password"};

TEST(vault, opens_what_it_sealed) {
    const vault mine(keyring::generate());
    for (const std::string& plain : {std::string(), std::string("pass\0word", 9), std::string(5000, 'x')}) {
        const auto row = mine.seal(place, plain);
        EXPECT_EQ(row.owner_kind, "connection");
        EXPECT_EQ(row.owner_id, "c1");
        EXPECT_EQ(row.purpose, "password");
        EXPECT_EQ(row.key_version, 1U);
        const auto opened = mine.open(row);
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->view(), plain);
        EXPECT_EQ(mine.text(row)->view(), plain);
    }
}

TEST(vault, seals_the_same_secret_differently_each_time_and_shows_nothing_of_it) {
    const vault mine(keyring::generate());
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto row = mine.seal(place, "correct horse battery");
        EXPECT_EQ(row.sealed.find("horse"), std::string::npos);
        seen.insert(row.sealed);
    }
    EXPECT_EQ(seen.size(), 1000U);
}

/// The two nonces of a sealed secret: of its wrapped data key, and of its content.
std::vector<std::string> nonces_of(const store::sealed_secret& row) {
    const auto box = *sealed_box::decode(row.sealed);
    return {std::string(box.wrapped_key.substr(0, 24)), std::string(box.content.substr(0, 24))};
}

TEST(vault, no_nonce_comes_twice_in_a_process_or_in_two_that_were_one) {
    constexpr std::size_t count = 10'000;
    const vault mine(keyring::generate());
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t twin = ::fork();
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        for (const auto& nonce : nonces_of(mine.seal(place, "secret")))
            all += nonce;
    if (twin == 0) {
        std::size_t sent = 0;
        while (sent < all.size()) {
            const auto some = ::write(ends[1], all.data() + sent, all.size() - sent);
            if (some <= 0) ::_exit(1);
            sent += static_cast<std::size_t>(some);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::array<char, 65536> buffer{};
    for (ssize_t some = 0; (some = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
        all.append(buffer.data(), static_cast<std::size_t>(some));
    ::close(ends[0]);
    int status = -1;
    ::waitpid(twin, &status, 0);
    ASSERT_EQ(status, 0);
    std::unordered_set<std::string_view> seen;
    for (std::size_t at = 0; at < all.size(); at += 24)
        seen.insert(std::string_view(all).substr(at, 24));
    EXPECT_EQ(seen.size(), 2 * 2 * count);
}

TEST(vault, refuses_every_flipped_bit) {
    const vault mine(keyring::generate());
    const auto row = mine.seal(place, "secret");
    for (std::size_t bit = 0; bit < row.sealed.size() * 8; ++bit) {
        auto other = row;
        other.sealed[bit / 8] = static_cast<char>(other.sealed[bit / 8] ^ (1 << bit % 8));
        const auto opened = mine.open(other);
        ASSERT_FALSE(opened) << bit;
        ASSERT_EQ(opened.error().code, errc::bad_secret) << bit;
    }
}

TEST(vault, refuses_every_truncation_and_one_octet_more) {
    const vault mine(keyring::generate());
    const auto row = mine.seal(place, "secret");
    for (std::size_t size = 0; size < row.sealed.size(); ++size) {
        auto other = row;
        other.sealed.resize(size);
        ASSERT_FALSE(mine.open(other)) << size;
    }
    auto other = row;
    other.sealed += '\0';
    EXPECT_FALSE(mine.open(other));
}

TEST(vault, refuses_a_secret_that_was_moved_to_another_row_owner_or_purpose) {
    const vault mine(keyring::generate());
    const auto row = mine.seal(place, "secret");
    auto other = row;
    other.owner_id = "c2";
    EXPECT_EQ(mine.open(other).error().code, errc::bad_secret);
    other = row;
    other.owner_kind = "webhook";
    EXPECT_EQ(mine.open(other).error().code, errc::bad_secret);
    other = row;
    other.purpose = "private_key";
    EXPECT_EQ(mine.open(other).error().code, errc::bad_secret);
    other = row;  // the same octets, cut differently
    other.owner_kind = "connectio";
    other.owner_id = "nc1";
    EXPECT_EQ(mine.open(other).error().code, errc::bad_secret);
    EXPECT_TRUE(mine.open(row));
}

TEST(vault, refuses_the_data_key_of_one_secret_for_the_content_of_another) {
    const vault mine(keyring::generate());
    const auto first = mine.seal(place, "first"), second = mine.seal(place, "second");
    auto mixed = *sealed_box::decode(first.sealed);
    mixed.content = sealed_box::decode(second.sealed)->content;
    auto row = first;
    row.sealed = mixed.encode();
    EXPECT_EQ(mine.open(row).error().code, errc::bad_secret);
}

TEST(vault, a_version_is_what_both_the_row_and_the_octets_say) {
    const vault mine(keyring::generate().with_next());
    auto row = mine.seal(place, "secret");
    EXPECT_EQ(row.key_version, 2U);
    row.key_version = 1;
    EXPECT_EQ(mine.open(row).error().code, errc::bad_secret);
    auto box = *sealed_box::decode(row.sealed);
    box.key_version = 1;
    row.sealed = box.encode();
    EXPECT_EQ(mine.open(row).error().code, errc::bad_secret);
}

TEST(vault, the_version_is_bound_even_where_two_versions_are_the_same_key) {
    const std::string key = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=";
    const vault mine(*keyring::parse("1 " + key + "\n2 " + key));
    auto row = mine.seal(place, "secret");
    auto box = *sealed_box::decode(row.sealed);
    box.key_version = row.key_version = 1;
    row.sealed = box.encode();
    EXPECT_EQ(mine.open(row).error().code, errc::bad_secret);
}

TEST(vault, another_master_key_does_not_open_and_a_missing_one_says_so) {
    const vault mine(keyring::generate()), other(keyring::generate());
    const vault newer(mine.keys().with_next());
    const auto row = newer.seal(place, "secret");
    EXPECT_EQ(mine.open(row).error().code, errc::master_key_missing);
    EXPECT_EQ(other.open(mine.seal(place, "secret")).error().code, errc::bad_secret);
    EXPECT_EQ(newer.open(mine.seal(place, "secret"))->view(), "secret");
}

TEST(vault, resealing_changes_the_master_key_and_not_the_content) {
    const vault older(keyring::generate());
    const auto row = older.seal(place, "secret");
    const vault both(older.keys().with_next());
    const auto resealed = both.reseal(row);
    ASSERT_TRUE(resealed);
    EXPECT_EQ(resealed->key_version, 2U);
    EXPECT_EQ(sealed_box::decode(resealed->sealed)->content, sealed_box::decode(row.sealed)->content);
    const vault newer(both.keys().newest_only());
    EXPECT_EQ(newer.open(*resealed)->view(), "secret");
    EXPECT_FALSE(older.open(*resealed));
    auto moved = row;
    moved.owner_id = "c2";
    EXPECT_EQ(both.reseal(moved).error().code, errc::bad_secret);
}

TEST(vault, check_values_tell_the_right_key_from_a_wrong_one_and_from_none) {
    const vault mine(keyring::generate()), other(keyring::generate());
    const auto row = mine.check_value(1);
    ASSERT_TRUE(row);
    EXPECT_TRUE(mine.check(*row));
    EXPECT_EQ(other.check(*row).error().code, errc::wrong_master_key);
    EXPECT_FALSE(mine.check_value(2));
    auto second = *row;
    second.version = 2;
    EXPECT_EQ(mine.check(second).error().code, errc::master_key_missing);
}

TEST(sealed_box, has_the_layout_that_is_written_down) {
    const std::string wrapped(72, 'w'), content(41, 'c');
    const auto octets = sealed_box{0x01020304, wrapped, content}.encode();
    EXPECT_EQ(octets,
              std::string("\x01\x01\x02\x03\x04\0\0\0\x48", 9) + wrapped + std::string("\0\0\0\x29", 4) + content);
    const auto box = sealed_box::decode(octets);
    ASSERT_TRUE(box);
    EXPECT_EQ(box->key_version, 0x01020304U);
    EXPECT_EQ(box->wrapped_key, wrapped);
    EXPECT_EQ(box->content, content);
}

TEST(sealed_box, refuses_other_formats_sizes_and_versions) {
    const std::string wrapped(72, 'w'), content(40, 'c');
    const auto good = sealed_box{1, wrapped, content}.encode();
    ASSERT_TRUE(sealed_box::decode(good));
    EXPECT_FALSE(sealed_box::decode(sealed_box{0, wrapped, content}.encode()));
    EXPECT_FALSE(sealed_box::decode(sealed_box{1, std::string(71, 'w'), content}.encode()));
    EXPECT_FALSE(sealed_box::decode(sealed_box{1, std::string(73, 'w'), content}.encode()));
    EXPECT_FALSE(sealed_box::decode(sealed_box{1, wrapped, std::string(39, 'c')}.encode()));
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(sealed_box::decode(std::string_view(good).substr(0, size))) << size;
    EXPECT_FALSE(sealed_box::decode(good + "x"));
    EXPECT_FALSE(sealed_box::decode("\x02" + good.substr(1)));
    auto huge = good;
    huge[5] = '\xff';  // a length of 4 GiB
    EXPECT_FALSE(sealed_box::decode(huge));
}

class signer_test : public testing::Test {
  protected:
    new_key make(crypto::key_type type) { return generate_key(mine, type, "k1", "c1", "gangway partner").value(); }
    const vault mine{keyring::generate()};
};

TEST_F(signer_test, signs_with_every_type_of_key) {
    using enum crypto::key_type;
    for (const auto type : {ed25519, ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa}) {
        const auto made = make(type);
        const auto signer = mine.signer(made.row, made.secret);
        EXPECT_EQ(signer->id(), "k1");
        const auto algorithm = type == rsa ? std::string("rsa-sha2-512") : made.row.algorithm;
        const auto signature = signer->sign(algorithm, "octets");
        ASSERT_TRUE(signature) << algorithm;
        EXPECT_EQ(signature->substr(4, algorithm.size()), algorithm);
        // Ed25519 signs the same way each time: the key that was sealed is the key that signs.
        const auto file = mine.text(made.secret);
        const auto key = crypto::decode_private_key(*file, {});
        EXPECT_EQ(key->public_blob(), signer->public_blob());
        if (type == ed25519) EXPECT_EQ(*signature, *crypto::sign(*key, algorithm, "octets"));
    }
}

TEST_F(signer_test, a_new_key_comes_with_what_people_need_of_it) {
    const auto made = make(crypto::key_type::ed25519);
    EXPECT_EQ(made.row.connection_id, "c1");
    EXPECT_EQ(made.row.algorithm, "ssh-ed25519");
    EXPECT_TRUE(made.row.public_line.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
    EXPECT_TRUE(made.row.public_line.ends_with(" gangway partner"));
    EXPECT_TRUE(made.row.fingerprint.starts_with("SHA256:"));
    EXPECT_EQ(made.secret.owner_kind, "connection_key");
    EXPECT_EQ(made.secret.owner_id, "k1");
    EXPECT_EQ(made.secret.purpose, "private_key");
    EXPECT_NE(made.row.public_line, make(crypto::key_type::ed25519).row.public_line);
}

TEST_F(signer_test, the_private_half_of_another_key_does_not_sign) {
    const auto first = make(crypto::key_type::ed25519), second = make(crypto::key_type::ed25519);
    const auto signature = mine.signer(first.row, second.secret)->sign("ssh-ed25519", "octets");
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code, errc::bad_secret);
}

TEST_F(signer_test, a_damaged_secret_and_a_wrong_algorithm_are_errors) {
    auto made = make(crypto::key_type::ed25519);
    EXPECT_EQ(mine.signer(made.row, made.secret)->sign("rsa-sha2-512", "x").error().code,
              crypto::errc::unsupported_key);
    made.secret.sealed.back() = static_cast<char>(made.secret.sealed.back() ^ 1);
    EXPECT_EQ(mine.signer(made.row, made.secret)->sign("ssh-ed25519", "x").error().code, errc::bad_secret);
}

TEST_F(signer_test, a_signer_outlives_its_vault_and_a_change_of_keys) {
    std::shared_ptr<const model::signer> signer;
    {
        vault gone(keyring::generate());
        const auto made = *generate_key(gone, crypto::key_type::ed25519, "k", "c", "");
        signer = gone.signer(made.row, made.secret);
        gone.replace(keyring::generate());
        EXPECT_FALSE(gone.open(made.secret));
    }
    EXPECT_TRUE(signer->sign("ssh-ed25519", "octets"));
}

}  // namespace
}  // namespace gangway::vault
