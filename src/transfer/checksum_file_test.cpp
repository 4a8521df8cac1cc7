#include <gangway/crypto/digest.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/transfer/checksum_file.hpp>

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

using namespace std::string_literals;

// Of "hello", as sha256sum(1) of GNU coreutils writes it.
const std::string hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const std::string other(64, '0');

bool tells_hello(const std::string& content, std::string_view name = "a.csv") {
    const auto read = read_checksum(content, name);
    return read && *read == crypto::sha256("hello");
}

TEST(checksum_file, forms_of_the_usual_programs_are_read) {
    EXPECT_TRUE(tells_hello(hello));
    EXPECT_TRUE(tells_hello(hello + "\n"));
    EXPECT_TRUE(tells_hello(hello + " \r\n"));
    EXPECT_TRUE(tells_hello(hello + "  a.csv\n"));
    EXPECT_TRUE(tells_hello(hello + " *a.csv\r\n"));
    EXPECT_TRUE(tells_hello(hello + "  ./out/a.csv\n"));
    EXPECT_TRUE(tells_hello("SHA256 (a.csv) = " + hello + "\n"));
    EXPECT_TRUE(tells_hello("SHA256 (out/a (1).csv) = " + hello, "a (1).csv"));
    EXPECT_TRUE(tells_hello("# made by hand\n\n" + hello + "  a.csv"));
    EXPECT_TRUE(tells_hello("2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824"));
}

TEST(checksum_file, escaped_names_are_resolved) {
    EXPECT_TRUE(tells_hello("\\" + hello + "  a\\nb\\\\c\n", "a\nb\\c"));
    EXPECT_FALSE(tells_hello("\\" + hello + "  a\\xb\n", "axb"));
    EXPECT_FALSE(tells_hello("\\" + hello + "  a\\\n", "a"));
    EXPECT_TRUE(tells_hello(hello + "  a\\nb\n", "a\\nb"));
}

TEST(checksum_file, line_with_the_name_counts) {
    EXPECT_TRUE(tells_hello(other + "  b.csv\n" + hello + "  a.csv\n" + other + "  aa.csv\n"));
    EXPECT_FALSE(tells_hello(hello + "  b.csv\n"));
    EXPECT_FALSE(tells_hello("SHA256 (b.csv) = " + hello));
    EXPECT_FALSE(tells_hello(hello + "  a.csv.old\n"));
}

TEST(checksum_file, same_hash_twice_is_fine_and_two_hashes_are_refused) {
    EXPECT_TRUE(tells_hello(hello + "  a.csv\n" + hello + "  x/a.csv\n"));
    const auto twice = read_checksum(hello + "  a.csv\n" + other + "  a.csv\n", "a.csv");
    EXPECT_TRUE(twice.error().message.contains("two ways"));
    EXPECT_FALSE(tells_hello(hello + "\n" + other + "\n"));
}

TEST(checksum_file, every_truncation_of_a_hash_and_one_digit_more_are_refused) {
    for (std::size_t size = 0; size < hello.size(); ++size)
        EXPECT_FALSE(tells_hello(hello.substr(0, size))) << size;
    EXPECT_FALSE(tells_hello(hello + "0"));
    EXPECT_FALSE(tells_hello(hello + "0  a.csv"));
}

TEST(checksum_file, anything_else_is_refused_and_names_the_field) {
    for (const auto& content :
         {""s, "\n"s, "<html>404</html>"s, "g" + hello.substr(1), hello + "\ta.csv", hello + " a.csv",
          "SHA256 () = "s + hello, "SHA256 (a.csv) = "s, "SHA256 (a.csv) "s + hello, "SHA256 (a.csv) = x" + hello,
          "SHA256 ("s, std::string(100, '\0')}) {
        const auto read = read_checksum(content, "a.csv");
        ASSERT_FALSE(read) << content;
        EXPECT_EQ(read.error().code, model::errc::invalid_value);
        EXPECT_EQ(read.error().fact_named("field"), "checksum");
    }
    EXPECT_FALSE(tells_hello(hello + "\n" + std::string(largest_checksum_file, '\n')));
    EXPECT_TRUE(tells_hello(hello + std::string(largest_checksum_file - 64, '\n')));
}

}  // namespace
}  // namespace gangway::transfer
