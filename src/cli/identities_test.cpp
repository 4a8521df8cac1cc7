#include "identities.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace gangway::cli {
namespace {

// ssh-keygen -t ed25519 -N '' and -N 'opensesame'
constexpr auto plain_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDFx0/f7+4Z3kiiRUCUAG5OMcun9roFBFj+BJIG3XhiGQAAAIiGZBuQhmQb
kAAAAAtzc2gtZWQyNTUxOQAAACDFx0/f7+4Z3kiiRUCUAG5OMcun9roFBFj+BJIG3XhiGQ
AAAED9BPfdzKtLZiiumuGMTCYH+7Dic1YR+20J4HH9/OHGv8XHT9/v7hneSKJFQJQAbk4x
y6f2ugUEWP4EkgbdeGIZAAAABHRlc3QB
-----END OPENSSH PRIVATE KEY-----
)";
constexpr auto locked_key = R"(-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCNHzCnI7
geBxLr0ZKH/46dAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJJH7Nn7UHV22oB6
LPSGxBbVWP9qF1RUBWRPoyVABWMoAAAAkMcuQZGprUQtIxGaQ5WaLRAGQmSQZHoLD0Pdl0
JohLvoZGs4dTv0F2YJi52+97Kf0ZKcVy7K3yaVyDHAyHkoizT5beBNwGM/Ouc8mXr9RP47
qP1zEJ+KLOwjz+CGtODYeeR4J/lRpY0Gvrqrv8/CfqzbBXrxGWALHhne9pxYrDwQouvuVG
WUTsVt6Ey99F8HDQ==
-----END OPENSSH PRIVATE KEY-----
)";

class identities_test : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "gangway-home-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        home = name;
        std::filesystem::create_directory(home / ".ssh");
    }
    void TearDown() override { std::filesystem::remove_all(home); }
    std::filesystem::path write(const std::string& name, std::string_view content) {
        std::ofstream{home / ".ssh" / name} << content;
        return home / ".ssh" / name;
    }
    std::filesystem::path home;
};

TEST_F(identities_test, usual_keys_are_found_in_their_order) {
    write("id_rsa", plain_key);
    write("id_ed25519", locked_key);
    const auto found = usual_identities(home);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].file.filename(), "id_ed25519");
    EXPECT_TRUE(found[0].encrypted);
    EXPECT_EQ(found[1].file.filename(), "id_rsa");
    EXPECT_FALSE(found[1].encrypted);
    EXPECT_FALSE(found[1].required);
}

TEST_F(identities_test, usual_keys_that_cannot_be_used_are_passed_over) {
    write("id_rsa", "not a key");
    std::filesystem::create_directory(home / ".ssh" / "id_ecdsa");
    EXPECT_TRUE(usual_identities(home).empty());
    EXPECT_TRUE(usual_identities("/nonexistent").empty());
}

TEST_F(identities_test, chosen_key_that_cannot_be_used_is_an_error_that_names_it) {
    for (const auto& file : {home / "missing", home, write("text", "not a key")}) {
        const auto found = chosen_identities({file});
        ASSERT_FALSE(found) << file;
        EXPECT_TRUE(found.error().message.contains(file.native())) << found.error().message;
    }
    const auto found = chosen_identities({write("mine", plain_key)});
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->front().required);
}

TEST_F(identities_test, passphrase_unlocks) {
    auto found = chosen_identities({write("mine", locked_key)}).value();
    ASSERT_TRUE(found.front().encrypted);
    const auto wrong = unlocked(found.front(), base::secret{"wrong"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, crypto::errc::passphrase_wrong);
    const auto right = unlocked(found.front(), base::secret{"opensesame"}).value();
    EXPECT_FALSE(right.encrypted);
    EXPECT_TRUE(right.required);
    EXPECT_TRUE(right.text.view().contains("OPENSSH PRIVATE KEY"));
}

TEST_F(identities_test, file_that_is_too_long_is_not_read_whole) {
    EXPECT_FALSE(chosen_identities({write("big", std::string(1'000'000, 'x'))}));
}

}  // namespace
}  // namespace gangway::cli
