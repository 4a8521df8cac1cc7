#include "packet_reader.hpp"
#include "packet_writer.hpp"
#include "testing/hex.hpp"
#include "testing/scripted_server.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace gangway::ssh {
namespace {

using testing_support::from_hex;
using testing_support::seeded_random;
using testing_support::to_hex;

constexpr std::size_t longest = 35'000;

void feed(packet_reader& reader, std::string_view octets) {
    while (!octets.empty()) {
        const auto space = reader.buffer().space();
        const auto count = std::min(space.size(), octets.size());
        ASSERT_NE(count, 0U);
        std::copy_n(octets.begin(), count, space.begin());
        reader.buffer().filled(count);
        octets.remove_prefix(count);
    }
}

void write(packet_writer& writer, std::string_view payload) {
    writer.write({&payload, 1});
}

TEST(packet_reader, reads_a_plain_packet_as_openssh_sends_it) {
    // NEWKEYS of OpenSSH 9.2.
    packet_reader reader(longest, longest);
    feed(reader, from_hex("0000000c0a1500000000000000000000"));
    EXPECT_EQ(reader.next().value(), "\x15");
    EXPECT_EQ(reader.last_sequence(), 0U);
    EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(packet_writer, pads_a_plain_packet_to_blocks_of_eight) {
    packet_writer writer([](std::span<unsigned char> out) { std::ranges::fill(out, static_cast<unsigned char>(0)); });
    write(writer, "\x15");
    EXPECT_EQ(to_hex(writer.output()), "0000000c0a1500000000000000000000");
    writer.consumed(16);
    write(writer, "1234567");
    EXPECT_EQ(to_hex(writer.output()), "0000000c043132333435363700000000");
}

TEST(packet_writer, joins_pieces) {
    packet_writer writer(seeded_random(3));
    writer.write(std::array<std::string_view, 3>{"ab", "", "cd"});
    packet_reader reader(longest, longest);
    feed(reader, writer.output());
    EXPECT_EQ(reader.next().value(), "abcd");
}

TEST(packet_writer, keeps_what_has_not_left) {
    packet_writer writer(seeded_random(3));
    write(writer, "first");
    const std::string all(writer.output());
    writer.consumed(5);
    write(writer, std::string(5000, 's'));
    EXPECT_EQ(writer.output().substr(0, all.size() - 5), std::string_view(all).substr(5));
    writer.trim();
    EXPECT_FALSE(writer.output().empty());
}

struct impossible {
    const char* what;
    const char* octets;
};

TEST(packet_reader, refuses_impossible_plain_packets_before_it_has_them) {
    for (const auto& [what, octets] :
         std::vector<impossible>{{"length 0", "00000000"},
                                 {"length 1", "00000001"},
                                 {"length 5", "00000005"},
                                 {"not a multiple of 8", "0000000d"},
                                 {"35004", "000088bc"},
                                 {"2^31 - 1", "7fffffff"},
                                 {"2^31", "80000000"},
                                 {"2^32 - 4", "fffffffc"},
                                 {"2^32 - 1", "ffffffff"},
                                 {"padding 3", "0000000c031500000000000000000000"},
                                 {"padding of all but the length", "0000000c0b1500000000000000000000"},
                                 {"padding beyond the packet", "0000000cff1500000000000000000000"}}) {
        packet_reader reader(longest, longest);
        feed(reader, from_hex(octets));
        const auto got = reader.next();
        ASSERT_FALSE(got) << what;
        EXPECT_EQ(got.error().code, errc::bad_packet);
        EXPECT_LE(reader.buffer().capacity(), receive_buffer::initial_size) << what;
    }
}

struct choice {
    std::string cipher, mac;
};

std::vector<choice> all_choices() {
    std::vector<choice> all;
    for (const auto* cipher : {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"})
        all.push_back({cipher, ""});
    for (const auto* cipher : {"aes128-ctr", "aes192-ctr", "aes256-ctr"})
        for (const auto& mac : default_algorithms().macs)
            all.push_back({cipher, mac});
    return all;
}

cipher_keys some_keys(const choice& of) {
    const auto sizes = sizes_of(of.cipher, of.mac);
    return {base::secret(std::string(sizes.key, 'k')), base::secret(std::string(sizes.iv, 'i')),
            base::secret(std::string(sizes.mac_key, 'm'))};
}

class packets : public testing::TestWithParam<choice> {
  protected:
    packets() {
        writer.switch_to(make_cipher(GetParam().cipher, GetParam().mac, some_keys(GetParam()), direction::seal), true);
        reader.switch_to(make_cipher(GetParam().cipher, GetParam().mac, some_keys(GetParam()), direction::open), true);
    }
    packet_writer writer{seeded_random(4)};
    packet_reader reader{std::size_t{1} << 20, longest};
};

TEST_P(packets, of_every_size_come_through) {
    for (std::size_t size = 1; size < 200; ++size)
        write(writer, std::string(size, static_cast<char>(size)));
    write(writer, std::string(32'768 + 9, 'z'));
    feed(reader, writer.output());
    for (std::size_t size = 1; size < 200; ++size)
        ASSERT_TRUE(reader.next().value() == std::string(size, static_cast<char>(size))) << size;
    EXPECT_TRUE(reader.next().value() == std::string(32'768 + 9, 'z'));
    EXPECT_EQ(reader.next().value(), std::nullopt);
    EXPECT_EQ(reader.packets(), 200U);
    EXPECT_EQ(reader.octets(), writer.octets());
}

TEST_P(packets, that_come_octet_by_octet_are_waited_for) {
    write(writer, "hello");
    write(writer, "world");
    std::vector<std::string> got;
    for (const char octet : std::string(writer.output())) {
        feed(reader, {&octet, 1});
        const auto payload = reader.next();
        ASSERT_TRUE(payload);
        if (*payload) got.emplace_back(**payload);
    }
    EXPECT_EQ(got, (std::vector<std::string>{"hello", "world"}));
}

TEST_P(packets, with_any_flipped_bit_never_come_through) {
    write(writer, "hello");
    const std::string sealed(writer.output());
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        packet_reader fresh(longest, longest);
        fresh.switch_to(make_cipher(GetParam().cipher, GetParam().mac, some_keys(GetParam()), direction::open), true);
        auto octets = sealed;
        octets[bit / 8] = static_cast<char>(octets[bit / 8] ^ (1 << bit % 8));
        feed(fresh, octets);
        const auto got = fresh.next();
        EXPECT_TRUE(!got || !*got) << "bit " << bit;
        if (!got) EXPECT_EQ(got.error().code, errc::bad_packet);
    }
}

TEST_P(packets, after_a_missing_one_never_come_through) {
    write(writer, "first");
    writer.consumed(writer.output().size());
    write(writer, "second");
    feed(reader, writer.output());
    const auto got = reader.next();
    EXPECT_TRUE(!got || !*got);
}

TEST_P(packets, of_hostile_length_are_refused_before_allocation) {
    for (const std::uint32_t length :
         {0U, 1U, 5U, 35'001U, 35'008U, 0x7fffffffU, 0x80000000U, 0xfffffff0U, 0xffffffffU}) {
        // The peer knows the keys: it seals a packet, and lies about its length first.
        const auto sealer = make_cipher(GetParam().cipher, GetParam().mac, some_keys(GetParam()), direction::seal);
        std::string packet(4 + 16 * 4 + sealer->form().tag, '\0');
        for (std::size_t i = 0; i < 4; ++i)
            packet[i] = static_cast<char>(length >> (24 - 8 * i));
        sealer->seal(0, packet.data(), sealer->form().length_is_separate ? 16 * 4 : 16 * 4 - 4);
        packet_reader fresh(longest, longest);
        fresh.switch_to(make_cipher(GetParam().cipher, GetParam().mac, some_keys(GetParam()), direction::open), true);
        feed(fresh, packet);
        const auto got = fresh.next();
        ASSERT_FALSE(got) << length;
        EXPECT_EQ(got.error().code, errc::bad_packet);
        EXPECT_LE(fresh.buffer().capacity(), receive_buffer::initial_size);
    }
}

std::string name_of(const testing::TestParamInfo<choice>& info) {
    auto name = info.param.cipher + "_" + info.param.mac;
    std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(every_cipher_and_mac, packets, testing::ValuesIn(all_choices()), name_of);

}  // namespace
}  // namespace gangway::ssh
