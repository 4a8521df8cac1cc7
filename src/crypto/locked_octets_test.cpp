#include <gangway/base/base64.hpp>
#include <gangway/crypto/locked_octets.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace gangway::crypto {
namespace {

TEST(locked_octets, holds_a_copy_and_moves_it) {
    locked_octets first(std::string_view("a\0b", 3));
    EXPECT_EQ(first.view(), std::string_view("a\0b", 3));
    const locked_octets second(std::move(first));
    EXPECT_EQ(second.size(), 3U);
    EXPECT_EQ(first.size(), 0U);  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(locked_octets().view().empty());
    EXPECT_TRUE(locked_octets(std::size_t{0}).view().empty());
}

TEST(locked_octets, random_ones_differ) {
    EXPECT_NE(locked_octets::random(32).view(), locked_octets::random(32).view());
    EXPECT_EQ(locked_octets::random(32).size(), 32U);
    EXPECT_EQ(locked_octets::random(0).size(), 0U);
}

TEST(locked_octets, base64_agrees_with_the_lenient_decoder_and_encoder) {
    std::string octets;
    for (int i = 0; i < 70; ++i) {
        EXPECT_EQ(locked_octets(octets).to_base64().view(), base::to_base64(octets));
        const auto decoded = locked_octets::from_base64(base::to_base64(octets));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->view(), octets);
        octets += static_cast<char>(i * 37);
    }
}

TEST(locked_octets, base64_refuses_white_space_missing_padding_and_other_letters) {
    for (const char* const text :
         {"t", "QQ", "QQ=", "QQ= =", " QQ==", "QQ==\n", "Q?==", "QQ==QQ==", "=", "QUI", "QUI=="})
        EXPECT_FALSE(locked_octets::from_base64(text)) << text;
}

/// The flags of the memory that holds `address`, as the kernel tells them.
std::string flags_of(const void* address) {
    std::ifstream maps("/proc/self/smaps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t from = 0, to = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) inside = from <= wanted && wanted < to;
        if (inside && line.starts_with("VmFlags:")) return line;
    }
    return {};
}

TEST(locked_octets, lie_in_memory_that_is_locked_and_left_out_of_core_files) {
    locked_octets octets(std::string_view("secret"));
    const auto flags = flags_of(octets.data());
#if !__has_feature(address_sanitizer)  // which makes mlock(2) do nothing
    EXPECT_NE(flags.find(" lo"), std::string::npos) << flags;
#endif
    EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
}

}  // namespace
}  // namespace gangway::crypto
