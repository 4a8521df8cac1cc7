#include "wiping_memory.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace gangway::sink {
namespace {

TEST(wiping_memory, block_keeps_its_content_when_it_grows_and_shrinks) {
    auto* block = static_cast<char*>(wiping_realloc(nullptr, 8));
    ASSERT_NE(block, nullptr);
    std::memcpy(block, "secrets", 8);
    block = static_cast<char*>(wiping_realloc(block, 4096));
    EXPECT_STREQ(block, "secrets");
    block = static_cast<char*>(wiping_realloc(block, 4));
    EXPECT_EQ((std::string_view{block, 4}), "secr");
    wiping_free(block);
    wiping_free(nullptr);
}

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
TEST(wiping_memory, nothing_of_a_block_is_left_when_it_is_used_again) {
    auto* const first = static_cast<char*>(std::malloc(4000));
    std::memset(first, 'S', 4000);
    wiping_free(first);
    auto* const second = static_cast<char*>(std::malloc(4000));
    ASSERT_EQ(first, second) << "the allocator gives the same block again";
    // The allocator's own links are at the front.
    EXPECT_EQ(std::string_view(second + 64, 3900).find('S'), std::string_view::npos);
    std::free(second);
}
#endif

}  // namespace
}  // namespace gangway::sink
