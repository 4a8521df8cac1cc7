#include "packet_cipher.hpp"

#include "testing/hex.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
using testing_support::to_hex;

/// Two packets, numbers 5 and 6, sealed by AsyncSSH 2.10.1 with keys, IVs and MAC keys made by `ramp`. The payload is
/// CHANNEL_DATA "hello"; the padding counts up from zero.
struct vector {
    const char* cipher;
    const char* mac;
    const char* sealed;
};

const std::vector<vector> vectors = {
    {"aes128-gcm@openssh.com", "",
     "00000020ee8b545dbfb3a906b29ed8b4ebdfc74959b28993a611105d9cf191081c000afc6b490035db37134e6a671481"
     "a35261d700000020d2d0682f4f40146edafac1f9465b7191009359279e365c9d8dd6b2dd1f0b4e121dd0197e66f4f030"
     "5e9d2d26cb7746ff"},
    {"aes256-gcm@openssh.com", "",
     "00000020a9997346549979b8a94e6d524bcea3b47cae45ee546e55837382de76eb0409b994f7fa7f358a1d251848dabb"
     "dac4d6be000000203f7e672cf0f81cbd9d577d9479476062b31e57a2059a3b928ba9d3ae6bfb00378fef7384608de022"
     "1e4211f6f9e5af6a"},
    {"chacha20-poly1305@openssh.com", "",
     "367347521e84a43dd3e7b6aa5262df489487765df388360ddb8ffa0c0bf34a7720cc8ced2ab786a79ae55668c20bed4e"
     "d5b69a566e880ed7f9a25fd9b54360ec30375bd50189e2ab43f5abc61b08a27ae8cc93e0951a9405"},
    {"aes128-ctr", "hmac-sha2-256",
     "bac5fc52b921134264253e78958c441d81765af62c2fafbd5a5f4f9e293d927061e774114ce1ac15545c64b03ca20b6f"
     "550b2ba34e143a9d6bfd23f94c1a975c654a5535a91cd390c19f11e1befa905ca9be6bc1ee49ad8df718bd3d64f4a0a9"
     "dbe650efba2a0f669d30c37ba1bd8c355907097125eefb1b72fced3dff0ffc74"},
    {"aes192-ctr", "hmac-sha2-512",
     "d648b2ec004ee8097c666c27d538618804fc373d07444d08be681a445465bc72d506f3aafbee370408f59e7b9592c239"
     "fc4afc0a8a6d7fda40a054e20851e8d9d5f1c76eb7acaa8c9e326f35832a3e2f4432a6660debd16990d46c4f24ef6336"
     "cf44651a37be23f4184640ee7b3bdf2e47fc282c256f3684b9cd8a2947dddd97678f5c0edcde925393d5904ec5c526f2"
     "bc817c3a9adefc26b68647b5324332f37a555f40e274cc17a2935b6a6b7c334072d6758f6ad23c47c2ffd848fee47709"},
    {"aes256-ctr", "hmac-sha2-256-etm@openssh.com",
     "00000020d9a837fd8550af5a6907d3168f6c7dc20050d7bbddf2de921ab28d43f1bae04fbf352800b069c243b4526fd0"
     "15de34007871a0f366b5c8037179c6c149c074ab00000020fe9ea0ab8bc48c9948733722093e63c46710cc24cded3cf3"
     "d98f15002f5efa2129ea2ce756764236363b07968d7fd518e8aba54349fe8645cba04c15cca5adc5"},
    {"aes128-ctr", "hmac-sha2-512-etm@openssh.com",
     "00000020ab9bfc4eb47813426427561df9e54378ec1836f2282babb15653439a2d39966cd49af1b6e3dde471fd7101b1"
     "840e569226be6fff50688fe152c7a7df519296e6a5b2e9c79be31f2840f6f604d436b32071f3afaab3fce6b945b3a45b"
     "5974c28e0000002074145529a445d390c19d7984d2939739c4d007c5ea4da981fb14b13960f0a4b5dc088fcbc9e095a0"
     "65bc0e4f574c9fea162b92e7e332f356a98ac4364792711be515ddfbf8e2f10c04841e42a6657ca4d0ab5eec141b554f"
     "cd2599dd34754b69"}};

base::secret ramp(std::size_t size, int start) {
    std::string octets;
    for (std::size_t i = 0; i < size; ++i)
        octets += static_cast<char>(static_cast<int>(i) * 7 + start);
    return base::secret(octets);
}

std::unique_ptr<packet_cipher> cipher_of(const vector& from, direction way) {
    const auto sizes = sizes_of(from.cipher, from.mac);
    return make_cipher(from.cipher, from.mac, {ramp(sizes.key, 1), ramp(sizes.iv, 2), ramp(sizes.mac_key, 3)}, way);
}

/// The packet as it is before it is sealed, with room for the tag.
std::string clear_packet(const packet_cipher::shape& form) {
    const auto payload = from_hex("5e000000070000000568656c6c6f");
    const std::size_t fixed = 1 + payload.size() + (form.length_is_separate ? 0 : 4);
    std::size_t padding = form.block - fixed % form.block;
    if (padding < 4) padding += form.block;
    std::string body(1, static_cast<char>(padding));
    body += payload;
    for (std::size_t i = 0; i < padding; ++i)
        body += static_cast<char>(i);
    return std::string(3, '\0') + static_cast<char>(body.size()) + body + std::string(form.tag, '\0');
}

class every_cipher : public testing::TestWithParam<vector> {};

TEST_P(every_cipher, seals_as_asyncssh_does) {
    const auto cipher = cipher_of(GetParam(), direction::seal);
    std::string sealed;
    for (const std::uint32_t sequence : {5U, 6U}) {
        auto packet = clear_packet(cipher->form());
        cipher->seal(sequence, packet.data(), packet.size() - 4 - cipher->form().tag);
        sealed += packet;
    }
    EXPECT_EQ(to_hex(sealed), GetParam().sealed);
}

TEST_P(every_cipher, opens_what_asyncssh_sealed) {
    const auto cipher = cipher_of(GetParam(), direction::open);
    const auto clear = clear_packet(cipher->form());
    const auto length = clear.size() - 4 - cipher->form().tag;
    auto sealed = from_hex(GetParam().sealed);
    for (const std::uint32_t sequence : {5U, 6U}) {
        char* const packet = sealed.data() + (sequence - 5) * clear.size();
        ASSERT_EQ(cipher->open_length(sequence, packet), length);
        ASSERT_TRUE(cipher->open(sequence, packet, length));
        EXPECT_EQ(std::string(packet + 4, length), clear.substr(4, length));
    }
}

TEST_P(every_cipher, refuses_each_flipped_bit) {
    const auto sealed = from_hex(GetParam().sealed);
    const auto whole = clear_packet(cipher_of(GetParam(), direction::open)->form()).size();
    for (std::size_t bit = 0; bit < whole * 8; ++bit) {
        const auto cipher = cipher_of(GetParam(), direction::open);
        auto packet = sealed.substr(0, whole);
        packet[bit / 8] = static_cast<char>(packet[bit / 8] ^ (1 << bit % 8));
        // The reader refuses a length that it cannot take; any other goes on to the tag.
        const auto length = whole - 4 - cipher->form().tag;
        if (cipher->open_length(5, packet.data()) != length) continue;
        EXPECT_FALSE(cipher->open(5, packet.data(), length)) << "bit " << bit;
    }
}

TEST_P(every_cipher, refuses_another_sequence_number_unless_it_counts_itself) {
    const bool counts_itself = std::string_view(GetParam().cipher).contains("gcm");
    const auto cipher = cipher_of(GetParam(), direction::open);
    const auto whole = clear_packet(cipher->form()).size();
    const auto length = whole - 4 - cipher->form().tag;
    auto packet = from_hex(GetParam().sealed).substr(0, whole);
    (void)cipher->open_length(7, packet.data());
    EXPECT_EQ(cipher->open(7, packet.data(), length), counts_itself);
}

INSTANTIATE_TEST_SUITE_P(packet_cipher, every_cipher, testing::ValuesIn(vectors));

TEST(packet_cipher, refuses_names_it_does_not_have) {
    EXPECT_THROW((void)sizes_of("aes128-cbc", "hmac-sha2-256"), std::invalid_argument);
    EXPECT_THROW((void)sizes_of("aes128-ctr", "hmac-sha1"), std::invalid_argument);
}

TEST(packet_cipher, knows_which_ciphers_need_no_mac) {
    EXPECT_TRUE(authenticates("aes128-gcm@openssh.com"));
    EXPECT_TRUE(authenticates("chacha20-poly1305@openssh.com"));
    EXPECT_FALSE(authenticates("aes256-ctr"));
}

}  // namespace
}  // namespace gangway::ssh
