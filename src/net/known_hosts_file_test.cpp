#include <gangway/base/base64.hpp>
#include <gangway/net/known_hosts.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Public keys and hashed lines were made by ssh-keygen.
constexpr std::string_view ed25519_text = "AAAAC3NzaC1lZDI1NTE5AAAAIALjzyL09qbmjjhskDrnUmVzBQMJjgWdOPY0QJqTIFW5";
constexpr std::string_view ecdsa_text =
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIrD4p8U03sbMsVl+f5wBde/"
    "eeYRp5p22pvzBU5gESeTxGn1gZ47OS3z8i8wb3DSQ7vgydZigp8E3YCLG+u/JoY=";
const std::string ed25519_line = "ssh-ed25519 " + std::string{ed25519_text};
const std::string ecdsa_line = "ecdsa-sha2-nistp256 " + std::string{ecdsa_text};
const host_key ed25519{"ssh-ed25519", base::from_base64(ed25519_text).value()};
const host_key ecdsa{"ecdsa-sha2-nistp256", base::from_base64(ecdsa_text).value()};

model::endpoint server(std::string_view host, std::uint16_t port = 22) {
    return {model::host::parse(host).value(), port};
}

/// Whether the line of `hosts` applies to `where`.
bool applies(const std::string& hosts, const model::endpoint& where) {
    return !find_known_keys(hosts + " " + ed25519_line + "\n", where).trusted.empty();
}

TEST(find_known_keys, nothing_is_known_from_an_empty_file) {
    for (const auto* file : {"", "\n", "\n\n", " \t \n", "# comment", "#\n\n# x\n"}) {
        EXPECT_THAT(find_known_keys(file, server("example.com")).trusted, IsEmpty());
        EXPECT_THAT(find_known_keys(file, server("example.com")).revoked, IsEmpty());
    }
}

TEST(find_known_keys, all_keys_of_the_server_are_found_in_order) {
    const auto file = "other.example " + ed25519_line + "\nexample.com " + ecdsa_line + " a comment\n" +
                      "example.com " + ed25519_line + "\n";
    const auto known = find_known_keys(file, server("example.com"));
    EXPECT_THAT(known.trusted, ElementsAre(ecdsa, ed25519));
    EXPECT_THAT(known.revoked, IsEmpty());
}

TEST(find_known_keys, white_space_line_ends_and_a_missing_one_do_not_matter) {
    EXPECT_THAT(find_known_keys("  example.com \t " + ed25519_line + "\r\n", server("example.com")).trusted,
                ElementsAre(ed25519));
    EXPECT_THAT(find_known_keys("example.com\t" + ed25519_line, server("example.com")).trusted, ElementsAre(ed25519));
}

TEST(find_known_keys, port_is_part_of_the_name_unless_it_is_22) {
    EXPECT_TRUE(applies("example.com", server("example.com")));
    EXPECT_FALSE(applies("example.com", server("example.com", 2222)));
    EXPECT_TRUE(applies("[example.com]:2222", server("example.com", 2222)));
    EXPECT_FALSE(applies("[example.com]:2222", server("example.com", 2223)));
    EXPECT_FALSE(applies("[example.com]:2222", server("example.com")));
    EXPECT_TRUE(applies("2001:db8::1", server("2001:db8::1")));
    EXPECT_TRUE(applies("[2001:db8::1]:2222", server("2001:db8::1", 2222)));
    EXPECT_TRUE(applies("192.0.2.1", server("192.0.2.1")));
}

TEST(find_known_keys, any_name_of_a_list_applies_whatever_its_case) {
    EXPECT_TRUE(applies("example.com,192.0.2.1", server("192.0.2.1")));
    EXPECT_TRUE(applies("192.0.2.1,example.com", server("example.com")));
    EXPECT_TRUE(applies("Example.COM", server("example.com")));
    EXPECT_FALSE(applies("example.org,example.net", server("example.com")));
    EXPECT_FALSE(applies(",", server("example.com")));
}

TEST(find_known_keys, wildcards_match_as_in_ssh_config) {
    EXPECT_TRUE(applies("*", server("example.com")));
    EXPECT_TRUE(applies("*.example.com", server("sftp.example.com")));
    EXPECT_TRUE(applies("*.example.com", server("a.b.example.com")));
    EXPECT_FALSE(applies("*.example.com", server("example.com")));
    EXPECT_FALSE(applies("*.example.com", server("sftp.example.com", 2222)));
    EXPECT_TRUE(applies("[*.example.com]:*", server("sftp.example.com", 2222)));
    EXPECT_TRUE(applies("sftp?.example.com", server("sftp1.example.com")));
    EXPECT_FALSE(applies("sftp?.example.com", server("sftp.example.com")));
    EXPECT_TRUE(applies("s*p*.com", server("sftp.example.com")));
    EXPECT_TRUE(applies("**a**", server("bar")));
    EXPECT_FALSE(applies("s*p*.org", server("sftp.example.com")));
    EXPECT_FALSE(applies("?", server("ab")));
    EXPECT_FALSE(applies("ab*bc", server("abc")));
    EXPECT_FALSE(applies("example", server("example.com")));
    EXPECT_FALSE(applies("example.com.org", server("example.com")));
}

TEST(find_known_keys, matching_many_wildcards_stays_fast) {
    std::string pattern;
    for (int i = 0; i < 2000; ++i)
        pattern += "*a";
    EXPECT_FALSE(applies(pattern + "b", server(std::string(60, 'a'))));
}

TEST(find_known_keys, negated_pattern_overrules_every_other) {
    EXPECT_FALSE(applies("*.example.com,!sftp.example.com", server("sftp.example.com")));
    EXPECT_FALSE(applies("!sftp.example.com,*.example.com", server("sftp.example.com")));
    EXPECT_TRUE(applies("!sftp.example.com,*.example.com", server("www.example.com")));
    EXPECT_FALSE(applies("!sftp.example.com", server("www.example.com")));
}

TEST(find_known_keys, hashed_names_match_exactly_one_server) {
    const auto plain = "|1|lb68dz1Iae8aYONCTVqW7UhMHd8=|3EBl/2BSvFJAwKsyFIygEUVd9Cc=";
    const auto with_port = "|1|x/UvVz6yVu0B4SFLxZwzcuarnPc=|HAvvLdnlU0jAevHXjcOt26jKmGk=";
    EXPECT_TRUE(applies(plain, server("sftp.example.com")));
    EXPECT_FALSE(applies(plain, server("sftp.example.com", 2222)));
    EXPECT_FALSE(applies(plain, server("sftp.example.org")));
    EXPECT_TRUE(applies(with_port, server("sftp.example.com", 2222)));
    EXPECT_FALSE(applies(with_port, server("sftp.example.com")));
}

TEST(find_known_keys, broken_hashes_match_nobody) {
    for (const auto* hosts : {"|", "|1", "|1|", "|1||", "|2|lb68dz1Iae8aYONCTVqW7UhMHd8=|3EBl/2BSvFJAwKsyFIygEUVd9Cc=",
                              "|1|lb68dz1Iae8aYONCTVqW7UhMHd8=|", "|1|lb68dz1Iae8aYONCTVqW7UhMHd8=|3EBl",
                              "|1|!|3EBl/2BSvFJAwKsyFIygEUVd9Cc=", "|1|lb68dz1Iae8aYONCTVqW7UhMHd8="})
        EXPECT_FALSE(applies(hosts, server("sftp.example.com"))) << hosts;
}

TEST(find_known_keys, revoked_keys_are_kept_apart) {
    const auto file = "@revoked * " + ecdsa_line + "\nexample.com " + ed25519_line + "\n";
    const auto known = find_known_keys(file, server("example.com"));
    EXPECT_THAT(known.trusted, ElementsAre(ed25519));
    EXPECT_THAT(known.revoked, ElementsAre(ecdsa));
}

TEST(find_known_keys, certificate_authorities_and_unknown_markers_trust_nobody) {
    const auto rest = " example.com " + ed25519_line;
    for (const std::string marker : {"@cert-authority", "@other", "@", "@REVOKED"}) {
        const auto known = find_known_keys(marker + rest, server("example.com"));
        EXPECT_THAT(known.trusted, IsEmpty()) << marker;
        EXPECT_THAT(known.revoked, IsEmpty()) << marker;
    }
}

TEST(find_known_keys, lines_that_cannot_be_read_are_passed_over) {
    const std::string text{ed25519_text};
    const auto next = "\nexample.com " + ecdsa_line + "\n";
    for (const std::string& line : {
             std::string{"example.com"},
             std::string{"example.com ssh-ed25519"},
             std::string{"example.com ssh-ed25519 !!!"},
             std::string{"example.com ssh-ed25519 AAAA"},
             "example.com ssh-ed25519 " + text.substr(0, 8),
             "example.com ssh-rsa " + text,  // another type than the blob names
             "example.com " + text,
             std::string{"example.com 1024 35 123456789"},  // SSH 1
             "@revoked " + ed25519_line,
             std::string{"\x80\xff\x00\x01", 4},
         })
        EXPECT_THAT(find_known_keys(line + next, server("example.com")).trusted, ElementsAre(ecdsa)) << line;
}

TEST(find_known_keys, every_truncation_of_a_line_is_that_key_or_none) {
    const auto line = "example.com " + ed25519_line;
    for (std::size_t length = 0; length < line.size() - 2; ++length) {
        for (const auto& key : find_known_keys(line.substr(0, length), server("example.com")).trusted)
            EXPECT_NE(key, ed25519) << length;
    }
}

TEST(known_hosts_line, is_what_openssh_writes) {
    EXPECT_EQ(known_hosts_line(server("example.com"), ed25519), "example.com " + ed25519_line + "\n");
    EXPECT_EQ(known_hosts_line(server("example.com", 2222), ecdsa), "[example.com]:2222 " + ecdsa_line + "\n");
    EXPECT_EQ(known_hosts_line(server("2001:db8::1"), ed25519), "2001:db8::1 " + ed25519_line + "\n");
    EXPECT_EQ(known_hosts_line(server("2001:db8::1", 23), ed25519), "[2001:db8::1]:23 " + ed25519_line + "\n");
}

}  // namespace
}  // namespace gangway::net
