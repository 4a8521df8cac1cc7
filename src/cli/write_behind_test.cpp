#include "write_behind.hpp"

#include "descriptor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace gangway::cli {
namespace {

constexpr auto block = write_behind::block;

std::string pattern(std::size_t size) {
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        octets[i] = static_cast<char>((i * 31 + i / 251) & 0xFF);
    return octets;
}

descriptor memory_file() {
    return descriptor{::memfd_create("written", MFD_CLOEXEC)};
}

std::size_t size_of(const descriptor& file) {
    struct stat about{};
    EXPECT_EQ(::fstat(file.get(), &about), 0);
    return static_cast<std::size_t>(about.st_size);
}

std::string content_of(const descriptor& file) {
    std::string octets(size_of(file), '\0');
    EXPECT_EQ(::pread(file.get(), octets.data(), octets.size(), 0), static_cast<ssize_t>(octets.size()));
    return octets;
}

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> both{};
        EXPECT_EQ(::pipe2(both.data(), O_CLOEXEC), 0);
        out = descriptor{both[0]};
        in = descriptor{both[1]};
    }
    descriptor out, in;
};

TEST(write_behind, writes_everything_in_order_whatever_the_pieces) {
    for (const auto size : {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, 11 * block + 17}) {
        for (const auto piece : {std::size_t{255} * 1024, 3 * block + 5}) {
            const auto file = memory_file();
            const auto content = pattern(size);
            write_behind to{file.get()};
            for (std::string_view left{content}; !left.empty(); left.remove_prefix(std::min(piece, left.size())))
                ASSERT_EQ(to.add(left.substr(0, piece)), 0);
            ASSERT_EQ(to.finish(), 0);
            EXPECT_TRUE(content_of(file) == content) << size << " octets in pieces of " << piece;
        }
    }
}

TEST(write_behind, goes_on_after_it_was_finished) {
    const auto file = memory_file();
    const auto content = pattern(3 * block);
    write_behind to{file.get()};
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(to.add(std::string_view{content}.substr(0, block + 3)), 0);
        ASSERT_EQ(to.finish(), 0);
    }
    EXPECT_TRUE(content_of(file) == content.substr(0, block + 3) + content.substr(0, block + 3));
}

TEST(write_behind, tells_of_a_write_that_failed_and_writes_nothing_more) {
    const descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    const auto content = pattern(2 * block);
    write_behind to{full.get()};
    int told = 0;
    // It may be told with any of them, but no more of them are taken than may wait.
    for (std::size_t i = 0; i < write_behind::most_blocks && told == 0; ++i)
        told = to.add(content);
    EXPECT_EQ(told, ENOSPC);
    EXPECT_EQ(to.add(content), ENOSPC);
    EXPECT_EQ(to.finish(), ENOSPC);
}

TEST(write_behind, tells_of_a_failure_at_the_end_even_of_little) {
    const descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    write_behind to{full.get()};
    EXPECT_EQ(to.add("little"), 0);
    EXPECT_EQ(to.finish(), ENOSPC);
    EXPECT_EQ(to.finish(), ENOSPC) << "again";
}

TEST(write_behind, waits_for_a_file_that_takes_slowly_and_loses_nothing) {
    pipe_ends ends;
    const auto content = pattern(9 * block + 1);
    std::string came;
    std::thread reader{[&] {
        std::array<char, 64UL * 1024> buffer;
        for (ssize_t count = 0; (count = ::read(ends.out.get(), buffer.data(), buffer.size())) > 0;)
            came.append(buffer.data(), static_cast<std::size_t>(count));
    }};
    {
        write_behind to{ends.in.get()};
        EXPECT_EQ(to.add(content), 0);
        EXPECT_EQ(to.finish(), 0);
    }
    ends.in = {};
    reader.join();
    EXPECT_TRUE(came == content);
}

TEST(write_behind, left_unfinished_has_written_a_beginning_and_ends) {
    const auto file = memory_file();
    const auto content = pattern(4 * block + 5);
    {
        write_behind to{file.get()};
        ASSERT_EQ(to.add(content), 0);
    }
    const auto size = size_of(file);
    EXPECT_LE(size, 4 * block);
    EXPECT_TRUE(content_of(file) == content.substr(0, size));
}

}  // namespace
}  // namespace gangway::cli
