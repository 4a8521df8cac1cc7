#include "testing/hostile_zip.hpp"

#include <gangway/archive/zip_writer.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <zlib.h>

namespace gangway::archive {
namespace {

using testing::from_hex;

std::string all_of(zip_writer& zip) {
    zip.finish();
    std::string octets{zip.ready()};
    zip.taken();
    return octets;
}

std::uint64_t number(std::string_view octets, std::size_t at, unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(octets.at(at + i))} << (8 * i);
    return value;
}

/// Where the last record with this signature begins.
std::size_t last(std::string_view octets, std::string_view signature) {
    return octets.rfind(signature);
}

/// The value of an extra field, or nothing.
std::string extra_field(std::string_view extra, std::uint16_t id) {
    while (extra.size() >= 4) {
        const auto size = number(extra, 2, 2);
        if (number(extra, 0, 2) == id) return std::string{extra.substr(4, size)};
        extra.remove_prefix(4 + size);
    }
    return {};
}

std::string inflated(std::string_view octets, std::size_t size) {
    std::string plain(size, '\0');
    z_stream stream{};
    EXPECT_EQ(::inflateInit2(&stream, -15), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
    stream.avail_in = static_cast<uInt>(octets.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(size);
    EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(stream.avail_in, 0U);
    ::inflateEnd(&stream);
    return plain;
}

// The three below: Python 3.11's zipfile.

TEST(zip_writer, a_whole_file_and_a_folder_give_the_octets_of_another_implementation) {
    zip_writer zip{compression::store};
    zip.add_file("\u00e4.txt", {}, "hello");
    zip.add_folder("\u00f6", {});
    EXPECT_EQ(all_of(zip), from_hex("504b03041400000800000000210086a61036050000000500000006000000c3a42e74787468656c6c"
                                    "6f504b03041400000800000000210000000000000000000000000003000000c3b62f504b01021403"
                                    "1400000800000000210086a610360500000005000000060000000000000000000000a48100000000"
                                    "c3a42e747874504b0102140314000008000000002100000000000000000000000000030000000000"
                                    "000000001000ed4129000000c3b62f504b05060000000002000200650000004a0000000000"));
}

TEST(zip_writer, a_streamed_file_gives_the_octets_of_another_implementation) {
    zip_writer zip{compression::store};
    zip.begin_file("\u00e4.txt", {}, 5);
    zip.append("hel");
    zip.append("lo");
    zip.end_file();
    EXPECT_EQ(all_of(zip), from_hex("504b03041400080800000000210000000000000000000000000006000000c3a42e74787468656c6c"
                                    "6f504b070886a610360500000005000000504b010214031400080800000000210086a61036050000"
                                    "0005000000060000000000000000000000a48100000000c3a42e747874504b050600000000010001"
                                    "0034000000390000000000"));
}

TEST(zip_writer, a_streamed_file_of_unknown_length_gives_the_octets_of_another_implementation) {
    zip_writer zip{compression::store};
    zip.begin_file("\u00e4.txt", {}, std::nullopt);
    zip.append("hello");
    zip.end_file();
    EXPECT_EQ(all_of(zip), from_hex("504b03042d00080800000000210000000000ffffffffffffffff06001400c3a42e74787401001000"
                                    "0000000000000000000000000000000068656c6c6f504b070886a610360500000000000000050000"
                                    "0000000000504b01022d032d00080800000000210086a61036050000000500000006000000000000"
                                    "0000000000a48100000000c3a42e747874504b0506000000000100010034000000550000000000"));
}

TEST(zip_writer, an_empty_archive_is_its_end_record) {
    zip_writer zip{compression::deflate};
    EXPECT_EQ(all_of(zip), std::string("PK\5\6", 4) + std::string(18, '\0'));
}

TEST(zip_writer, deflated_content_comes_back) {
    const std::string content = std::string(10'000, 'x') + "end";
    zip_writer zip{compression::deflate};
    zip.add_file("a", {}, content);
    const auto octets = all_of(zip);
    EXPECT_EQ(number(octets, 8, 2), 8U);
    EXPECT_EQ(number(octets, 22, 4), content.size());
    const auto packed = number(octets, 18, 4);
    EXPECT_LT(packed, 200U);
    EXPECT_EQ(inflated(std::string_view{octets}.substr(31, packed), content.size()), content);
    EXPECT_EQ(number(octets, 14, 4), ::crc32(0, reinterpret_cast<const Bytef*>(content.data()), 10'003));
}

TEST(zip_writer, streamed_deflated_content_comes_back_and_the_next_begins_afresh) {
    zip_writer zip{compression::deflate};
    for (const auto* name : {"a", "b"}) {
        zip.begin_file(name, {}, 100'000);
        for (int i = 0; i < 100; ++i)
            zip.append(std::string(1000, static_cast<char>('a' + i % 26)));
        zip.end_file();
    }
    const auto octets = all_of(zip);
    const auto second = octets.find("PK\3\4", 4);
    const auto descriptor = octets.find("PK\7\b", second);
    const auto packed = descriptor - second - 31;
    EXPECT_EQ(number(octets, descriptor + 8, 4), packed);
    EXPECT_EQ(number(octets, descriptor + 12, 4), 100'000U);
    EXPECT_EQ(inflated(std::string_view{octets}.substr(second + 31, packed), 100'000).substr(98'999, 2), "uv");
}

TEST(zip_writer, what_does_not_get_shorter_is_stored) {
    zip_writer zip{compression::deflate};
    zip.add_file("a", {}, "xyz");
    const auto octets = all_of(zip);
    EXPECT_EQ(number(octets, 8, 2), 0U);
    EXPECT_EQ(octets.substr(31, 3), "xyz");
}

TEST(zip_writer, time_and_mode_are_in_the_directory) {
    zip_writer zip{compression::store};
    zip.add_file("a", {.mtime = 1768478399, .mode = 0104751}, "");  // 2026-01-15 11:59:59
    const auto octets = all_of(zip);
    const auto at = last(octets, "PK\1\2");
    EXPECT_EQ(number(octets, at + 38, 4) >> 16, 0104751U);
    EXPECT_EQ(number(octets, at + 14, 2), (46U << 9) | (1U << 5) | 15U);
    EXPECT_EQ(number(octets, at + 12, 2), (11U << 11) | (59U << 5) | 29U);
    const auto extra = extra_field(std::string_view{octets}.substr(at + 47, 9), 0x5455);
    EXPECT_EQ(extra.size(), 5U);
    EXPECT_EQ(number(extra, 1, 4), 1768478399U);
}

TEST(zip_writer, times_before_1980_and_the_last_one_fit) {
    for (const auto& [mtime, date] : {std::pair{0U, 0x0021U}, std::pair{4294967295U, (126U << 9) | (2U << 5) | 7U}}) {
        zip_writer zip{compression::store};
        zip.add_file("a", {.mtime = mtime}, "");
        EXPECT_EQ(number(all_of(zip), 12, 2), date) << mtime;
    }
}

TEST(zip_writer, offsets_count_what_was_taken) {
    zip_writer zip{compression::store};
    zip.add_file("a", {}, "alpha");
    const std::string first{zip.ready()};
    zip.taken();
    EXPECT_TRUE(zip.ready().empty());
    zip.add_file("b", {}, "beta");
    const auto octets = first + all_of(zip);
    EXPECT_EQ(number(octets, last(octets, "PK\1\2") + 42, 4), first.size());
}

TEST(zip_writer, beyond_65534_entries_the_count_is_wide) {
    for (const std::uint64_t count : {65'534U, 65'535U, 70'000U}) {
        zip_writer zip{compression::store};
        for (std::uint64_t i = 0; i < count; ++i)
            zip.add_file(std::to_string(i), {}, "");
        EXPECT_EQ(zip.entries(), count);
        const auto octets = all_of(zip);
        const auto end = octets.size() - 22;
        EXPECT_EQ(number(octets, end + 10, 2), std::min<std::uint64_t>(count, 0xFFFF));
        const auto wide = last(octets, "PK\6\6");
        ASSERT_EQ(wide != std::string::npos, count >= 65'535) << count;
        if (wide == std::string::npos) continue;
        EXPECT_EQ(number(octets, wide + 32, 8), count);
        EXPECT_EQ(octets.substr(end - 20, 4), "PK\6\7");
        EXPECT_EQ(number(octets, end - 12, 8), wide);
    }
}

TEST(zip_writer, beyond_4_gib_sizes_and_offsets_are_wide) {
    zip_writer zip{compression::store};
    const std::string piece(64UL << 20, '\0');
    zip.begin_file("large", {}, std::nullopt);
    for (int i = 0; i < 65; ++i) {
        zip.append(piece);
        zip.taken();
    }
    zip.end_file();
    zip.add_file("after", {}, "x");
    const auto octets = all_of(zip);
    const std::uint64_t size = 65UL * (64UL << 20);
    EXPECT_EQ(octets.substr(0, 4), "PK\7\b");
    EXPECT_EQ(number(octets, 8, 8), size);
    EXPECT_EQ(number(octets, 16, 8), size);

    const auto first = octets.find("PK\1\2");
    EXPECT_EQ(number(octets, first + 20, 4), 0xFFFFFFFFU);
    EXPECT_EQ(number(octets, first + 24, 4), 0xFFFFFFFFU);
    EXPECT_EQ(number(octets, first + 42, 4), 0U);
    const auto sizes = extra_field(std::string_view{octets}.substr(first + 46 + 5, 20), 1);
    EXPECT_EQ(number(sizes, 0, 8), size);
    EXPECT_EQ(number(sizes, 8, 8), size);

    const auto second = last(octets, "PK\1\2");
    EXPECT_EQ(number(octets, second + 20, 4), 1U);
    EXPECT_EQ(number(octets, second + 42, 4), 0xFFFFFFFFU);
    const auto offset = extra_field(std::string_view{octets}.substr(second + 46 + 5, 12), 1);
    // Header, name, zip64 field, content, descriptor.
    EXPECT_EQ(number(offset, 0, 8), 30 + 5 + 20 + size + 24);
    EXPECT_NE(last(octets, "PK\6\6"), std::string::npos);
}

TEST(zip_writer, a_file_longer_than_said_is_a_bug) {
    zip_writer zip{compression::store};
    zip.begin_file("a", {}, 5);
    const std::string piece(1UL << 30, '\0');
    for (int i = 0; i < 3; ++i) {
        zip.append(piece);
        zip.taken();
    }
    EXPECT_THROW(zip.append(piece), std::logic_error);
}

TEST(zip_writer, names_that_no_entry_can_have_are_bugs) {
    zip_writer zip{compression::store};
    EXPECT_THROW(zip.add_file("", {}, ""), std::logic_error);
    EXPECT_THROW(zip.add_folder(std::string(65'535, 'x'), {}), std::logic_error);
    zip.add_folder(std::string(65'534, 'x'), {});
    zip.begin_file("a", {}, 1);
    EXPECT_THROW(zip.add_file("b", {}, ""), std::logic_error);
}

}  // namespace
}  // namespace gangway::archive
