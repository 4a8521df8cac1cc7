#include <gangway/base/secret.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>

namespace gangway::base {
namespace {

using namespace std::string_view_literals;

static_assert(!std::is_copy_constructible_v<secret>);
static_assert(!std::is_copy_assignable_v<secret>);
static_assert(std::is_nothrow_move_constructible_v<secret>);
static_assert(std::is_nothrow_move_assignable_v<secret>);

template <class Stream, class Value>
concept printable = requires(Stream& out, const Value& value) { out << value; };
static_assert(!printable<std::ostream, secret>);
static_assert(!std::equality_comparable<secret>);

/// Looks at a string's whole buffer, also behind its end.
bool is_zero(const char* buffer, std::size_t size) {
    return std::all_of(buffer, buffer + size, [](char c) { return c == '\0'; });
}

TEST(secret, holds_its_octets_also_nul) {
    const secret word{"pass\0word"sv};
    EXPECT_EQ(word.view(), "pass\0word"sv);
    EXPECT_FALSE(word.empty());
}

TEST(secret, nothing_is_empty) {
    EXPECT_TRUE(secret{}.empty());
    EXPECT_TRUE(secret{""}.empty());
    EXPECT_EQ(secret{}.view(), "");
}

TEST(secret, moving_hands_over_the_same_block_and_leaves_nothing) {
    secret first{"password"};
    const char* const block = first.view().data();
    secret second{std::move(first)};
    EXPECT_EQ(second.view().data(), block);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the moved-from state is what is tested
}

TEST(secret, assignment_drops_the_old_octets) {
    secret target{"old"};
    secret source{"new"};
    target = std::move(source);
    EXPECT_EQ(target.view(), "new");
    EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): the moved-from state is what is tested
}

TEST(secret, clone_is_a_second_block) {
    const secret first{"password"};
    const secret second = first.clone();
    EXPECT_EQ(second.view(), first.view());
    EXPECT_NE(second.view().data(), first.view().data());
}

TEST(secret, clear_forgets) {
    secret word{"password"};
    word.clear();
    EXPECT_TRUE(word.empty());
    word.clear();
    EXPECT_EQ(word.view(), "");
}

TEST(secret, take_leaves_a_zeroed_string) {
    std::string text(100, 'x');
    const char* const buffer = text.data();
    const auto capacity = text.capacity();
    const secret taken = secret::take(text);
    EXPECT_EQ(taken.view(), std::string(100, 'x'));
    EXPECT_TRUE(text.empty());
    EXPECT_TRUE(is_zero(buffer, capacity));
}

TEST(secret, null_terminated_copy_has_one_octet_more) {
    EXPECT_EQ(secret{"word"}.null_terminated().view(), "word\0"sv);
    EXPECT_EQ(secret{}.null_terminated().view(), "\0"sv);
}

TEST(wipe, zeroes_exactly_the_octets_it_is_given) {
    char octets[] = {'a', 'b', 'c', 'd'};
    wipe(octets + 1, 2);
    EXPECT_EQ((std::string_view{octets, 4}), "a\0\0d"sv);
    wipe(nullptr, 0);
}

TEST(wipe, zeroes_the_spare_capacity_of_a_string_too) {
    std::string text = "a secret that is longer than the small buffer";
    text.resize(3);  // the rest of the secret is still behind the end
    const char* const buffer = text.data();
    const auto capacity = text.capacity();
    wipe(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(text.capacity(), capacity);
    EXPECT_TRUE(is_zero(buffer, capacity));
}

}  // namespace
}  // namespace gangway::base
