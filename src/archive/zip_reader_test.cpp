#include "testing/hostile_zip.hpp"

#include <gangway/archive/zip_reader.hpp>
#include <gangway/archive/zip_writer.hpp>

#include <gmock/gmock.h>

#include <string>

namespace gangway::archive {
namespace {

using ::testing::ElementsAre;
using testing::from_hex;
using ::testing::HasSubstr;
using testing::hostile_zip;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::told_entry;

// Python 3.11's zipfile: a.csv stored, the folder sub, sub/b.csv deflated.
const std::string real = from_hex(
    "504b030414000000000000602f5cdea95003080000000800000005000000612e637376616c7068612c310a504b030414000000000000602f5c"
    "0000"
    "00000000000000000000040000007375622f504b030414000000080000602f5c5dffa1c60c0000008c000000090000007375622f622e637376"
    "4b4a"
    "2d49d431e24a1a0c1400504b0102140314000000000000602f5cdea950030800000008000000050000000000000000000000a4810000000061"
    "2e63"
    "7376504b0102140314000000000000602f5c000000000000000000000000040000000000000000000000ed412b0000007375622f504b010214"
    "0314"
    "000000080000602f5c5dffa1c60c0000008c000000090000000000000000000000a4814d0000007375622f622e637376504b05060000000003"
    "0003"
    "009c000000800000000000");

using contents = std::vector<std::pair<std::string, std::string>>;

/// All that an archive has, read as its user does.
base::result<contents> read(std::string_view zip, zip_limits limits = {.octets = 1 << 20, .entries = 100}) {
    const auto tail = zip.substr(zip.size() - std::min(zip.size(), zip_tail));
    const auto where = find_zip_directory(tail, zip.size(), limits);
    if (!where) return std::unexpected(where.error());
    const auto entries = read_zip_directory(zip.substr(where->offset, where->size), *where, limits);
    if (!entries) return std::unexpected(entries.error());
    contents all;
    for (const auto& entry : *entries) {
        const auto at = zip_content_offset(zip.substr(entry.offset, zip_header_octets(entry)), entry);
        if (!at) return std::unexpected(at.error());
        zip_entry_reader reader{entry};
        std::string content;
        for (std::size_t done = 0; done < entry.packed; done += 5) {
            reader.feed(zip.substr(*at + done, std::min<std::size_t>(5, entry.packed - done)));
            for (;;) {
                const auto piece = reader.next();
                if (!piece) return std::unexpected(piece.error());
                if (piece->empty()) break;
                content += *piece;
            }
        }
        if (auto whole = reader.finish(); !whole) return std::unexpected(whole.error());
        all.emplace_back(entry.name, content);
    }
    return all;
}

std::optional<errc> refusal(std::string_view zip, zip_limits limits = {.octets = 1 << 20, .entries = 100}) {
    const auto done = read(zip, limits);
    if (done) return std::nullopt;
    EXPECT_EQ(done.error().code.category(), category());
    return static_cast<errc>(done.error().code.value());
}
std::optional<errc> refusal_of_names(const std::vector<std::string>& names) {
    std::vector<told_entry> entries;
    for (const auto& name : names)
        entries.push_back({.name = name, .mode = name.ends_with('/') ? 040755U : 0100644U});
    return refusal(hostile_zip(entries));
}

TEST(zip_reader, reads_what_another_implementation_has_written) {
    std::string twenty;
    for (int i = 0; i < 20; ++i)
        twenty += "beta,2\n";
    EXPECT_THAT(read(real).value(), ElementsAre(Pair("a.csv", "alpha,1\n"), Pair("sub/b.csv", twenty)));
}

TEST(zip_reader, reads_descriptors_and_wide_fields) {
    zip_writer zip{compression::deflate};
    zip.add_folder("in", {});
    zip.begin_file("in/a", {}, std::nullopt);
    zip.append(std::string(3000, 'a'));
    zip.end_file();
    zip.begin_file("in/empty", {}, 100);
    zip.end_file();
    zip.finish();
    EXPECT_THAT(read(zip.ready()).value(), ElementsAre(Pair("in/a", std::string(3000, 'a')), Pair("in/empty", "")));
}

TEST(zip_reader, wide_sizes_of_the_directory_count) {
    std::string wide;
    put16(wide, 1), put16(wide, 16), put64(wide, 5), put64(wide, 5);
    const told_entry entry{.name = "a", .content = "alpha", .packed = 0xFFFFFFFF, .plain = 0xFFFFFFFF, .extra = wide};
    EXPECT_THAT(read(hostile_zip({entry})).value(), ElementsAre(Pair("a", "alpha")));
    auto cut = entry;
    cut.extra = wide.substr(0, 12);
    cut.extra[2] = 8;
    EXPECT_EQ(refusal(hostile_zip({cut})), errc::damaged);
}

TEST(zip_reader, many_entries_have_a_wide_end) {
    zip_writer zip{compression::store};
    for (int i = 0; i < 66'000; ++i)
        zip.add_file(std::to_string(i), {}, "x");
    zip.finish();
    const zip_limits limits{.octets = 1 << 20, .entries = 66'000};
    EXPECT_EQ(read(zip.ready(), limits).value().size(), 66'000U);
    EXPECT_EQ(refusal(zip.ready(), {.octets = 1 << 20, .entries = 65'999}), errc::too_large);
    std::string lie{zip.ready()};
    lie[lie.size() - 22 - 20 - 56 + 24] = 1;  // the number of entries on this disk
    EXPECT_EQ(refusal(lie, limits), errc::damaged);
}

TEST(zip_reader, empty_archive_has_no_files) {
    EXPECT_THAT(read(hostile_zip({})).value(), IsEmpty());
}

TEST(zip_reader, comment_at_the_end_does_no_harm) {
    EXPECT_EQ(read(hostile_zip({{.name = "a"}}, {.comment = "a comment PK"}))->size(), 1U);
    EXPECT_EQ(read(hostile_zip({{.name = "a"}}, {.comment = std::string(0xFFFF, 'x')}))->size(), 1U);
}

TEST(zip_reader, every_truncation_and_every_further_octet_is_noticed) {
    for (std::size_t size = 0; size < real.size(); ++size)
        EXPECT_EQ(refusal(real.substr(0, size)), errc::damaged) << size;
    EXPECT_EQ(refusal(real + "x"), errc::damaged);
    EXPECT_EQ(refusal("x" + real), errc::damaged);
}

TEST(zip_reader, changed_content_is_noticed) {
    for (const auto at : {35UZ, 42UZ, 116UZ, 120UZ}) {
        auto broken = real;
        broken[at] = static_cast<char>(broken[at] ^ 4);
        EXPECT_EQ(refusal(broken), errc::damaged) << at;
    }
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .content = "alpha", .checksum = 1}})), errc::damaged);
}

TEST(zip_reader, names_that_lead_elsewhere_are_refused) {
    for (const std::string name : {"../a", "a/../../b", "..", "/etc/passwd", "//a", "a//b", "./a", "a/./b", "", "/",
                                   "..\\a", "a\\..\\..\\b", "\\a", "a/.."})
        EXPECT_EQ(refusal_of_names({name}), errc::unsafe_name) << name;
    EXPECT_EQ(refusal_of_names({std::string("a\0b", 3)}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({std::string(4097, 'a')}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"..a", "a..", "a/...", ".hidden", "a b", "\xff"}), std::nullopt);
}

TEST(zip_reader, names_that_are_there_twice_are_refused) {
    EXPECT_EQ(refusal_of_names({"a", "b", "a"}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"a/", "a/"}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"a/b", "a"}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"a", "a/b/c"}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"a", "a/"}), errc::unsafe_name);
    EXPECT_EQ(refusal_of_names({"a/b", "a/c", "a/", "aa", "a/d/e", "a/d/"}), std::nullopt);
}

TEST(zip_reader, links_and_devices_are_refused) {
    for (const std::uint32_t mode : {0120777U, 0020644U, 0060644U, 0010644U, 0140644U, 0040755U})
        EXPECT_EQ(refusal(hostile_zip({{.name = "a", .content = "/etc/passwd", .mode = mode}})), errc::unsafe_name);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .host = 19, .mode = 0120777}})), errc::unsafe_name);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .mode = 0}, {.name = "b", .host = 0, .mode = 32}})), std::nullopt);
}

TEST(zip_reader, encryption_other_methods_and_several_disks_are_refused) {
    for (const std::uint16_t flags : std::initializer_list<std::uint16_t>{1, 1 << 6, 1 << 13})
        EXPECT_EQ(refusal(hostile_zip({{.name = "a", .flags = flags}})), errc::unsupported);
    for (const std::uint16_t method : std::initializer_list<std::uint16_t>{1, 9, 12, 14, 93, 99})
        EXPECT_EQ(refusal(hostile_zip({{.name = "a", .method = method}})), errc::unsupported);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .disk = 1}})), errc::unsupported);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a"}}, {.disk = 1})), errc::unsupported);
}

TEST(zip_reader, entries_that_overlap_are_refused) {
    const std::string content(100, 'a');
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .content = content}, {.name = "b", .content = content, .offset = 0}})),
              errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .content = content, .packed = 120, .plain = 120}, {.name = "b"}})),
              errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .offset = 5000}})), errc::damaged);
}

TEST(zip_reader, what_the_directory_and_the_entry_say_otherwise_is_refused) {
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .local_name = "b"}})), errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .local_name = "aa"}})), errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a", .content = "alpha", .plain = 4}})), errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a"}}, {.more_entries = 1})), errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a"}, {.name = "b"}}, {.more_entries = 0xFFFF})), errc::damaged);
    EXPECT_EQ(refusal(hostile_zip({{.name = "a"}}, {.shift = 1})), errc::damaged);
    const auto other_end = hostile_zip({{.name = "b"}});
    EXPECT_EQ(refusal(hostile_zip({{.name = "a"}}, {.comment = other_end})), errc::damaged) << "two ends";
}

TEST(zip_reader, more_than_allowed_is_refused_before_anything_is_unpacked) {
    const told_entry one{.name = "a", .content = std::string(600, 'a')};
    const told_entry two{.name = "b", .content = std::string(600, 'a')};
    EXPECT_EQ(refusal(hostile_zip({one, two}), {.octets = 1199, .entries = 2}), errc::too_large);
    EXPECT_EQ(refusal(hostile_zip({one, two}), {.octets = 1200, .entries = 2}), std::nullopt);
    EXPECT_EQ(refusal(hostile_zip({one, two}), {.octets = 1200, .entries = 1}), errc::too_large);
}

TEST(zip_reader, content_longer_than_the_directory_says_is_stopped) {
    auto lie = real;
    const auto record = lie.rfind("PK\1\2");
    ASSERT_EQ(static_cast<unsigned char>(lie[record + 24]), 140U);
    lie[record + 24] = 100;
    const auto done = read(lie);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("longer than its directory says"));
    lie[record + 24] = static_cast<char>(141);
    EXPECT_EQ(refusal(lie), errc::damaged);
}

}  // namespace
}  // namespace gangway::archive
