#include "identification.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::ssh {
namespace {

/// What is found when the octets come one by one, as a peer may send them; nothing if it is not there.
base::result<std::optional<std::string>> scan_one_by_one(std::string_view octets) {
    identification_scanner scanner;
    std::string kept;
    for (const char octet : octets) {
        kept += octet;
        std::size_t used = 0;
        auto found = scanner.scan(kept, used);
        if (!found || *found) return found;
        kept.erase(0, used);
    }
    return std::nullopt;
}

base::result<std::optional<std::string>> scan(std::string_view octets) {
    identification_scanner scanner;
    std::size_t used = 0;
    auto found = scanner.scan(octets, used);
    const auto again = scan_one_by_one(octets);
    EXPECT_EQ(found.has_value(), again.has_value());
    if (found && again) EXPECT_EQ(*found, *again);
    return found;
}

void expect_not_ssh(std::string_view octets) {
    const auto found = scan(octets);
    ASSERT_FALSE(found) << octets.substr(0, 80);
    EXPECT_EQ(found.error().code, errc::not_ssh);
}

TEST(identification, is_the_line_without_its_end) {
    EXPECT_EQ(*scan("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"), "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10");
    EXPECT_EQ(*scan("SSH-2.0-x\n"), "SSH-2.0-x");
    EXPECT_EQ(*scan("SSH-1.99-Cisco-1.25\n"), "SSH-1.99-Cisco-1.25");
}

TEST(identification, leaves_what_follows_alone) {
    identification_scanner scanner;
    std::size_t used = 0;
    ASSERT_TRUE(*scanner.scan("hello\r\nSSH-2.0-x\r\nrest", used));
    EXPECT_EQ(used, 18U);
}

TEST(identification, may_come_after_other_lines) {
    EXPECT_EQ(*scan("Welcome.\r\n\r\nSSH-2.0-x\r\n"), "SSH-2.0-x");
    std::string lines;
    for (int i = 0; i < 64; ++i)
        lines += "x\n";
    EXPECT_EQ(*scan(lines + "SSH-2.0-x\r\n"), "SSH-2.0-x");
    expect_not_ssh(lines + "x\nSSH-2.0-x\r\n");
}

TEST(identification, that_is_not_whole_is_waited_for) {
    const std::string line = "SSH-2.0-OpenSSH\r\n";
    for (std::size_t size = 0; size < line.size(); ++size)
        EXPECT_EQ(*scan(line.substr(0, size)), std::nullopt);
}

TEST(identification, of_another_protocol_is_refused) {
    for (const std::string_view line :
         {"SSH-1.5-old\r\n", "SSH-2.0-\r\n", "SSH-2.0- x\r\n", "SSH-2.0\r\n", "SSH-3.0-x\r\n", "SSH-2.0-\x1b[2J\r\n",
          "SSH-2.0-x\ry\r\n", "SSH-2.0-\xc3\xa4\r\n"})
        expect_not_ssh(line);
    expect_not_ssh(std::string_view("SSH-2.0-a\0b\r\n", 13));
}

TEST(identification, is_bounded) {
    EXPECT_TRUE(*scan("SSH-2.0-" + std::string(245, 'x') + "\r\n"));
    expect_not_ssh("SSH-2.0-" + std::string(246, 'x') + "\r\n");
    expect_not_ssh("SSH-2.0-" + std::string(300, 'x'));
    expect_not_ssh(std::string(8193, 'x'));
    EXPECT_EQ(*scan(std::string(8192, 'x')), std::nullopt);
    expect_not_ssh(std::string(8192, 'x') + "\nSSH-2.0-x\r\n");
}

TEST(identification, of_ours_has_no_line_end) {
    EXPECT_EQ(our_identification("Gangway_0.1"), "SSH-2.0-Gangway_0.1");
}

}  // namespace
}  // namespace gangway::ssh
