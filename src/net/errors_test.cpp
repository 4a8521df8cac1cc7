#include <gangway/net/errors.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::net {
namespace {

TEST(net_errors, every_code_has_a_message_of_its_own) {
    std::set<std::string> messages;
    const int last = static_cast<int>(errc::incomplete_write);
    for (int value = 1; value <= last; ++value)
        messages.insert(std::error_code{value, category()}.message());
    EXPECT_EQ(messages.size(), static_cast<std::size_t>(last));
    EXPECT_FALSE(messages.contains(std::error_code(last + 1, category()).message()));
}

TEST(net_errors, codes_compare_with_their_enum) {
    const std::error_code code = errc::not_ssh;
    EXPECT_EQ(code, errc::not_ssh);
    EXPECT_NE(code, errc::timed_out);
    EXPECT_EQ(code.category().name(), std::string_view{"gangway.net"});
}

}  // namespace
}  // namespace gangway::net
