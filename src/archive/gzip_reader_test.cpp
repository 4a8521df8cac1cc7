#include "testing/hostile_zip.hpp"

#include <gangway/archive/gzip_reader.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::archive {
namespace {

using testing::from_hex;

// Python 3.11's gzip, and gzip 1.12.
const std::string alpha = from_hex("1f8b08000000000002034bcc29c848d431e40200dea9500308000000");
const std::string beta = from_hex("1f8b08000000000000034b4a2d49d431e20200d9c8466a07000000");

struct unpacked {
    std::string content{};
    std::optional<errc> failure{};
};

/// Fed in pieces of `step` octets.
unpacked unpack(std::string_view packed, std::size_t step = ~std::size_t{0}, std::uint64_t most = 1 << 30) {
    gzip_reader reader{most};
    unpacked out;
    const auto failed = [&](const base::error& why) {
        EXPECT_EQ(why.code.category(), category());
        out.failure = static_cast<errc>(why.code.value());
        return out;
    };
    while (!packed.empty()) {
        const auto piece = packed.substr(0, step);
        packed.remove_prefix(piece.size());
        reader.feed(piece);
        for (;;) {
            const auto next = reader.next();
            if (!next) return failed(next.error());
            if (next->empty()) break;
            out.content += *next;
        }
    }
    if (const auto done = reader.finish(); !done) return failed(done.error());
    return out;
}

std::string zeros_packed(std::size_t count) {
    const std::string plain(count, '\0');
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(count / 100 + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

TEST(gzip_reader, gives_the_content_in_whatever_pieces_it_comes) {
    for (const std::size_t step : {1UZ, 2UZ, 7UZ, 100UZ}) {
        const auto out = unpack(alpha, step);
        EXPECT_FALSE(out.failure) << step;
        EXPECT_EQ(out.content, "alpha,1\n");
    }
}

TEST(gzip_reader, members_that_follow_each_other_are_one_content) {
    for (const std::size_t step : {1UZ, 5UZ, 1000UZ}) {
        const auto out = unpack(alpha + beta + alpha, step);
        EXPECT_FALSE(out.failure);
        EXPECT_EQ(out.content, "alpha,1\nbeta,2\nalpha,1\n");
    }
}

TEST(gzip_reader, zeros_behind_the_end_are_padding) {
    EXPECT_EQ(unpack(alpha + std::string(500, '\0')).content, "alpha,1\n");
    EXPECT_FALSE(unpack(alpha + std::string(500, '\0'), 3).failure);
    EXPECT_EQ(unpack(alpha + std::string(5, '\0') + beta).failure, errc::damaged);
}

TEST(gzip_reader, anything_else_behind_the_end_is_damage) {
    EXPECT_EQ(unpack(alpha + "x").failure, errc::damaged);
    EXPECT_EQ(unpack(alpha + "\x1f").failure, errc::damaged);
    EXPECT_EQ(unpack(alpha + beta.substr(1)).failure, errc::damaged);
}

TEST(gzip_reader, every_truncation_is_noticed) {
    const auto both = alpha + beta;
    for (std::size_t size = 0; size < both.size(); ++size)
        if (size != alpha.size()) EXPECT_EQ(unpack(both.substr(0, size), 4).failure, errc::damaged) << size;
}

TEST(gzip_reader, checksum_and_length_are_compared) {
    for (std::size_t at = alpha.size() - 8; at < alpha.size(); ++at) {
        auto broken = alpha;
        broken[at] = static_cast<char>(broken[at] ^ 1);
        EXPECT_EQ(unpack(broken).failure, errc::damaged) << at;
    }
}

TEST(gzip_reader, other_files_are_refused) {
    EXPECT_EQ(unpack("alpha,1\n").failure, errc::damaged);
    EXPECT_EQ(unpack(std::string(100, '\0')).failure, errc::damaged);
    EXPECT_EQ(unpack("\x1f\x8c").failure, errc::damaged);
}

TEST(gzip_reader, bomb_is_stopped_before_more_than_allowed_comes_out) {
    const auto bomb = zeros_packed(10'000'000);
    ASSERT_LT(bomb.size(), 12'000U);
    const auto out = unpack(bomb, 100, 1'000'000);
    EXPECT_EQ(out.failure, errc::too_large);
    EXPECT_LE(out.content.size(), 1'000'000U);
    EXPECT_FALSE(unpack(bomb, 100, 10'000'000).failure);
    EXPECT_EQ(unpack(alpha + beta, 100, 10).failure, errc::too_large) << "all members count together";
}

}  // namespace
}  // namespace gangway::archive
