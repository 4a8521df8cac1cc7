#include <gangway/model/errors.hpp>
#include <gangway/model/host.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace gangway::model {
namespace {

using namespace std::string_view_literals;

void expect_refused(std::string_view text) {
    const auto parsed = host::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, errc::invalid_value);
    EXPECT_EQ(parsed.error().where, base::phase::request);
    EXPECT_EQ(parsed.error().fact_named("field"), "host");
}

TEST(host, names_are_lower_case_without_trailing_dot) {
    for (const auto& [text, normal] :
         {std::pair{"sftp.example.com", "sftp.example.com"}, std::pair{"SFTP.Example.COM", "sftp.example.com"},
          std::pair{"sftp.example.com.", "sftp.example.com"}, std::pair{"localhost", "localhost"},
          std::pair{"my_server-1", "my_server-1"}, std::pair{"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
          std::pair{"3com.com", "3com.com"}, std::pair{"1.2.3.4.example", "1.2.3.4.example"}}) {
        const auto parsed = host::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), normal);
        EXPECT_FALSE(parsed->is_address());
        EXPECT_FALSE(parsed->is_ipv6());
    }
}

TEST(host, ipv4_is_four_decimal_numbers) {
    for (const auto text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "10.20.30.40"}) {
        const auto parsed = host::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), text);
        EXPECT_TRUE(parsed->is_address());
        EXPECT_FALSE(parsed->is_ipv6());
    }
}

TEST(host, ipv6_takes_the_form_of_rfc_5952) {
    for (const auto& [text, normal] :
         {std::pair{"::1", "::1"}, std::pair{"[::1]", "::1"}, std::pair{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
          std::pair{"2001:0db8::0001", "2001:db8::1"}, std::pair{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
          std::pair{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
          std::pair{"::ffff:169.254.169.254", "::ffff:169.254.169.254"},
          std::pair{"::ffff:a9fe:a9fe", "::ffff:169.254.169.254"},
          std::pair{"64:FF9B::A9FE:A9FE", "64:ff9b::a9fe:a9fe"}, std::pair{"::", "::"}}) {
        const auto parsed = host::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(parsed->text(), normal);
        EXPECT_TRUE(parsed->is_address());
        EXPECT_TRUE(parsed->is_ipv6());
    }
}

TEST(host, same_host_in_two_spellings_is_equal) {
    EXPECT_EQ(host::parse("EXAMPLE.com.").value(), host::parse("example.com").value());
    EXPECT_EQ(host::parse("[::1]").value(), host::parse("0:0:0:0:0:0:0:1").value());
    EXPECT_NE(host::parse("example.com").value(), host::parse("example.org").value());
}

TEST(host, other_spellings_of_ipv4_are_refused) {
    for (const auto text : {"2852039166",
                            "0xA9FEA9FE",
                            "0251.0376.0251.0376",
                            "169.254.43518",
                            "0xa9.254.0251.254",
                            "127.1",
                            "127.0.1",
                            "0",
                            "0x7f000001",
                            "0x",
                            "127.0.0.01",
                            "127.0.0.1.",
                            "1.2.3.4.5",
                            "256.0.0.1",
                            "1.2.3.0x4",
                            "1.2.3.1234",
                            "0b1",
                            "1..2.3",
                            "example.1",
                            "example.0x1"})
        expect_refused(text);
}

TEST(host, zones_ports_users_and_schemes_are_refused) {
    for (const auto text : {"fe80::1%lo",
                            "[fe80::1%25lo]",
                            "host%eth0",
                            "host:22",
                            "[::1]:22",
                            "127.0.0.1:22",
                            "user@host",
                            "user:pw@host",
                            "sftp://host",
                            "host/path",
                            "host#",
                            "host?x",
                            "[host]",
                            "[127.0.0.1]",
                            "[]",
                            "[",
                            "]",
                            "[::1",
                            "::1]",
                            ":",
                            ":::",
                            "1::2::3",
                            "1:2:3:4:5:6:7:8:9"})
        expect_refused(text);
}

TEST(host, attempts_to_reach_a_shell_are_refused) {
    for (const auto text : {"-oProxyCommand=id",
                            "-host",
                            "host-",
                            "a.-b",
                            "`id`",
                            "$(id)",
                            "%h",
                            "a\nb",
                            "a b",
                            "a\tb",
                            "a;b",
                            "a|b",
                            "a\\b",
                            "a'b",
                            "a\"b",
                            " host",
                            "host ",
                            "*.example.com",
                            "a,b",
                            "!host"})
        expect_refused(text);
}

TEST(host, anything_but_ascii_is_refused) {
    for (const auto text : {"①②⑦.0.0.1"sv, "１２７.0.0.1"sv, "127。0。0。1"sv, "münchen.de"sv, "ex\u0430mple.com"sv,
                            "a\xff"sv, "a\0b"sv, "::1\0"sv, "127.0.0.1\0"sv, "\0"sv, "host\x7f"sv})
        expect_refused(text);
}

TEST(host, lengths_are_bounded) {
    expect_refused("");
    expect_refused(".");
    expect_refused("..");
    expect_refused("a..b");
    const std::string label(63, 'a');
    EXPECT_TRUE(host::parse(label));
    expect_refused(label + "a");
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_TRUE(host::parse(longest));
    EXPECT_EQ(host::parse(longest + ".").value().text(), longest);
    expect_refused(longest + "b");
    expect_refused(std::string(100'000, 'a'));
}

TEST(host, error_shows_what_was_given_safely_and_names_the_field) {
    const auto parsed = host::parse("a\x1b[2J" + std::string(200, 'x'), "target");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().fact_named("field"), "target");
    EXPECT_TRUE(parsed.error().message.starts_with("\"a\\x1b[2Jx"));
    EXPECT_LT(parsed.error().message.size(), 300U);
}

}  // namespace
}  // namespace gangway::model
