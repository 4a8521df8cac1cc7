#include <gangway/net/errors.hpp>
#include <gangway/net/identification.hpp>

#include <gtest/gtest.h>

#include <tuple>

namespace gangway::net {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto openssh = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"sv;

struct scanned {
    base::result<std::optional<identification>> found;
    std::size_t used;
};

scanned scan(std::string_view octets) {
    identification_reader reader;
    std::size_t used = 99;
    auto found = reader.scan(octets, used);
    return {std::move(found), used};
}

void expect_refused(std::string_view octets) {
    const auto [found, used] = scan(octets);
    ASSERT_FALSE(found) << testing::PrintToString(octets.substr(0, 100));
    EXPECT_EQ(found.error().code, errc::not_ssh);
    EXPECT_EQ(found.error().where, base::phase::ssh);
}

TEST(identification_reader, line_is_taken_apart_and_not_consumed) {
    const auto [found, used] = scan(openssh);
    EXPECT_EQ(used, 0U);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->line, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3");
    EXPECT_EQ((*found)->protocol, "2.0");
    EXPECT_EQ((*found)->software, "OpenSSH_9.2p1 Debian-2+deb12u3");
}

TEST(identification_reader, what_follows_the_line_does_not_matter) {
    const auto [found, used] = scan(std::string{openssh} + "\x00\x00\x04\x8c\x09\x14"s + std::string(10'000, 'x'));
    EXPECT_EQ(used, 0U);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->protocol, "2.0");
}

TEST(identification_reader, other_servers_are_read) {
    for (const auto& [octets, protocol, software] :
         {std::tuple{"SSH-2.0-mod_sftp\r\n", "2.0", "mod_sftp"},
          std::tuple{"SSH-1.99-Cisco-1.25\n", "1.99", "Cisco-1.25"},
          std::tuple{"SSH-2.0-AsyncSSH_2.10.1\r\n", "2.0", "AsyncSSH_2.10.1"},
          std::tuple{"SSH-2.0-billsSSH_3.6.3q3\r\n", "2.0", "billsSSH_3.6.3q3"},  // RFC 4253 section 5
          std::tuple{"SSH-2.0-\r\n", "2.0", ""}, std::tuple{"SSH-2.0-a ~!-b\n", "2.0", "a ~!-b"}}) {
        const auto [found, used] = scan(octets);
        ASSERT_TRUE(found && *found) << octets;
        EXPECT_EQ((*found)->protocol, protocol);
        EXPECT_EQ((*found)->software, software);
    }
}

TEST(identification_reader, every_truncation_asks_for_more) {
    for (std::size_t length = 0; length < openssh.size(); ++length) {
        const auto [found, used] = scan(openssh.substr(0, length));
        ASSERT_TRUE(found) << length;
        EXPECT_FALSE(*found) << length;
        EXPECT_EQ(used, 0U);
    }
}

TEST(identification_reader, lines_before_are_counted_as_used) {
    const auto before = "Welcome\r\n\nSSH is here: SSH-2.0-x\r\n ssh-2.0-y\n"sv;
    const auto [found, used] = scan(std::string{before}.append(openssh));
    EXPECT_EQ(used, before.size());
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->protocol, "2.0");
}

TEST(identification_reader, octets_in_any_pieces_give_the_same) {
    const std::string octets = "one\r\n\x80\xff\0two\n"s + std::string{openssh};
    for (std::size_t first = 0; first < octets.size(); ++first) {
        identification_reader reader;
        std::size_t used = 0;
        const auto none = reader.scan(std::string_view{octets}.substr(0, first), used);
        ASSERT_TRUE(none && !*none) << first;
        const auto consumed = used;
        const auto found = reader.scan(std::string_view{octets}.substr(consumed), used);
        ASSERT_TRUE(found && *found) << first;
        EXPECT_EQ(consumed + used, octets.size() - openssh.size());
    }
}

TEST(identification_reader, other_versions_and_broken_lines_are_not_ssh_2) {
    for (const auto octets :
         {"SSH-1.5-OldServer\r\n"sv, "SSH-3.0-Future\r\n"sv, "SSH-2.0\r\n"sv, "SSH-\r\n"sv, "SSH--x\r\n"sv,
          "SSH-2.00-x\r\n"sv, "SSH-2-x\r\n"sv, "SSH-1.9-x\r\n"sv, "SSH- 2.0-x\r\n"sv, "SSH-2.0-a\0b\r\n"sv,
          "SSH-2.0-\x1b[2J\r\n"sv, "SSH-2.0-caf\xc3\xa9\r\n"sv, "SSH-2.0-a\rb\r\n"sv, "SSH-2.0-a\r\r\n"sv,
          "SSH-2.0-\x7f\r\n"sv, "SSH-2.0-a\tb\r\n"sv})
        expect_refused(octets);
}

TEST(identification_reader, line_has_255_octets_at_most) {
    const auto line = [](std::size_t size, std::string_view end) {
        return std::string{"SSH-2.0-"}.append(size - 8 - end.size(), 'x').append(end);
    };
    EXPECT_TRUE(scan(line(255, "\r\n")).found.value());
    EXPECT_TRUE(scan(line(255, "\n")).found.value());
    expect_refused(line(256, "\r\n"));
    expect_refused(line(256, "\n"));
    EXPECT_FALSE(scan(line(254, "")).found.value());
    expect_refused(line(255, ""));
    expect_refused(line(100'000, ""));
}

TEST(identification_reader, at_most_64_lines_come_before) {
    std::string lines;
    for (int i = 0; i < 64; ++i)
        lines += "hi\r\n";
    EXPECT_TRUE(scan(lines + std::string{openssh}).found.value());
    expect_refused(lines + "hi\r\n" + std::string{openssh});
    EXPECT_FALSE(scan(lines).found.value());
}

TEST(identification_reader, at_most_8_kib_come_before) {
    const auto text = [](std::size_t size) { return std::string(size - 1, 'x') + "\n"; };
    EXPECT_TRUE(scan(text(8192) + std::string{openssh}).found.value());
    EXPECT_TRUE(scan(text(8000) + text(192) + std::string{openssh}).found.value());
    expect_refused(text(8193) + std::string{openssh});
    expect_refused(text(8000) + text(193) + std::string{openssh});
    EXPECT_FALSE(scan(std::string(8192, 'x')).found.value());
    expect_refused(std::string(8193, 'x'));
}

TEST(identification_reader, limits_hold_over_all_calls) {
    identification_reader reader;
    std::size_t used = 0, lines = 0;
    while (reader.scan("x\n", used))
        ++lines;
    EXPECT_EQ(lines, 64U);
    identification_reader other;
    const auto kib = std::string(1023, 'x') + "\n";
    std::size_t pieces = 0;
    while (other.scan(kib, used))
        ++pieces;
    EXPECT_EQ(pieces, 8U);
}

TEST(identification_reader, error_repeats_nothing_that_the_service_said) {
    const auto first = scan("SSH-9-secret\r\n").found.error(), second = scan("SSH-2.0-\x01other\r\n").found.error();
    EXPECT_EQ(first.message, second.message);
    EXPECT_FALSE(first.message.contains("secret"));
    EXPECT_TRUE(first.facts.empty());
}

}  // namespace
}  // namespace gangway::net
