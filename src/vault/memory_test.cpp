// What was opened is gone from memory when it is not used any more: these tests read all of the process's own memory
// and look for it, as a core file would show it.

#include <gangway/vault/vault.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace gangway::vault {
namespace {

/// Octets to look for, kept inverted, so that they are not found where they are kept.
class needle {
  public:
    explicit needle(std::string_view octets) {
        for (const char octet : octets)
            inverted_ += static_cast<char>(~octet);
    }
    [[nodiscard]] std::size_t size() const noexcept { return inverted_.size(); }
    [[nodiscard]] bool starts_at(const char* octets) const noexcept {
        for (std::size_t i = 0; i < inverted_.size(); ++i)
            if (octets[i] != static_cast<char>(~inverted_[i])) return false;
        return true;
    }

  private:
    std::string inverted_;
};

/// How often `what` is in this process's memory, its stacks included. Pages that may not be read count as empty.
int count_in_memory(const needle& what) {
    constexpr std::size_t window = std::size_t{1} << 20;
    auto* const buffer =
        static_cast<char*>(::mmap(nullptr, window, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    std::ifstream maps("/proc/self/maps");
    int found = 0;
    for (std::string line; std::getline(maps, line);) {
        unsigned long from = 0, to = 0;
        char rights[5] = {};
        if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights) != 3 || rights[0] != 'r') continue;
        const auto skipped = reinterpret_cast<unsigned long>(buffer);
        for (auto at = from; at < to; at += window - what.size()) {
            if (at + window > skipped && at < skipped + window) continue;
            const auto got = ::pread(memory, buffer, std::min<std::size_t>(window, to - at), static_cast<off_t>(at));
            for (ssize_t i = 0; i + static_cast<ssize_t>(what.size()) <= got; ++i)
                if (what.starts_at(buffer + i)) ++found;
        }
    }
    ::close(memory);
    ::munmap(buffer, window);
    return found;
}

constexpr secret_place place{.owner_kind = "connection", .owner_id = "c1", .purpose = "password"};

/// A canary that is in no file and no constant: the same 32 letters each time, computed.
std::string canary() {
    std::string octets;
    for (int i = 0; i < 32; ++i)
        octets += static_cast<char>('A' + (i * 7 + 3) % 26);
    return octets;
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

class memory : public testing::Test {
  protected:
    void SetUp() override {
        if (sanitized) GTEST_SKIP() << "a sanitizer maps terabytes, and keeps copies of its own";
    }
};

TEST_F(memory, the_search_finds_what_is_there) {
    auto octets = canary();
    const needle what(octets);
    EXPECT_GE(count_in_memory(what), 1);
    base::wipe(octets);
    EXPECT_EQ(count_in_memory(what), 0);
}

TEST_F(memory, an_opened_secret_is_there_while_it_is_held_and_nowhere_after) {
    const vault mine(keyring::generate());
    auto octets = canary();
    const needle what(octets);
    const auto row = mine.seal(place, octets);
    base::wipe(octets);
    EXPECT_EQ(count_in_memory(what), 0);
    {
        const auto opened = mine.open(row);
        ASSERT_TRUE(opened);
        EXPECT_EQ(count_in_memory(what), 1);
    }
    EXPECT_EQ(count_in_memory(what), 0);
    {
        const auto text = mine.text(row);
        EXPECT_EQ(count_in_memory(what), 1);
    }
    EXPECT_EQ(count_in_memory(what), 0);
}

TEST_F(memory, master_keys_are_kept_once) {
    auto keys = keyring::generate();
    const needle what(keys.find(1)->view());
    const vault mine(std::move(keys));
    EXPECT_EQ(count_in_memory(what), 1);
    (void)mine.seal(place, "x");
    EXPECT_EQ(count_in_memory(what), 1);
}

TEST_F(memory, after_a_signature_nothing_of_the_private_key_is_left) {
    const vault mine(keyring::generate());
    const auto made = generate_key(mine, crypto::key_type::ed25519, "k", "c", "");
    ASSERT_TRUE(made);
    // The middle of the file's base64, where the private half is, and what it stands for.
    const auto body = [&](std::size_t skip, std::size_t size) {
        const auto file = mine.open(made->secret);
        return needle(file->view().substr(file->view().find("-----\n") + 6 + skip, size));
    };
    const needle text = body(71 * 3 + 2, 40);
    const auto seed = [&] {
        const auto file = mine.open(made->secret);
        const auto from = file->view().find("-----\n") + 6;
        std::string joined(file->view().substr(from, file->view().find("\n-----END") - from));
        std::erase(joined, '\n');
        const auto decoded = crypto::locked_octets::from_base64(joined);
        base::wipe(joined);
        // openssh-key-v1: everything before the private section has a fixed size for this type of key.
        const needle what(decoded->view().substr(161, 24));
        EXPECT_EQ(count_in_memory(what), 1);
        return what;
    }();
    const auto signer = mine.signer(made->row, made->secret);
    {
        const auto held = mine.open(made->secret);
        ASSERT_EQ(count_in_memory(text), 1);
    }
    ASSERT_EQ(count_in_memory(text), 0);
    ASSERT_EQ(count_in_memory(seed), 0);
    ASSERT_TRUE(signer->sign("ssh-ed25519", "octets"));
    EXPECT_EQ(count_in_memory(text), 0);
    EXPECT_EQ(count_in_memory(seed), 0);
}

}  // namespace
}  // namespace gangway::vault
