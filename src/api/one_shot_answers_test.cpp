#include <gangway/api/one_shot_answers.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace gangway::api {
namespace {

const auto path = model::remote_path::parse("p").value();

boost::json::value downloaded(std::string octets, bool truncated = false) {
    return boost::json::parse(download_answer(path, {std::move(octets), truncated}));
}

TEST(download_answer, text_is_text_with_its_byte_order_mark_and_nul) {
    for (const std::string& text :
         {std::string{},
          std::string{"\xEF\xBB\xBF"
                      "bom text\n"},
          std::string{"a\0b\n", 4}, std::string{"h\u00e9llo – 日本 😀\n"}, std::string{"a\r\nb\r\n"}}) {
        const auto answer = downloaded(text);
        EXPECT_EQ(answer.at("isBinary"), false);
        EXPECT_EQ(answer.at("encoding"), "utf-8");
        EXPECT_EQ(answer.at("content").as_string(), text);
        EXPECT_EQ(answer.at("size"), text.size());
        EXPECT_EQ(answer.at("truncated"), false);
    }
}

TEST(download_answer, anything_else_is_base64) {
    const auto answer = downloaded("caf\xE9");
    EXPECT_EQ(answer.at("isBinary"), true);
    EXPECT_EQ(answer.at("encoding"), "base64");
    EXPECT_EQ(answer.at("content"), "Y2Fm6Q==");
    EXPECT_EQ(answer.at("size"), 4);
}

TEST(download_answer, cut_text_ends_on_a_whole_character) {
    const auto answer = downloaded("ab\xC3", true);
    EXPECT_EQ(answer.at("isBinary"), false);
    EXPECT_EQ(answer.at("content"), "ab");
    EXPECT_EQ(answer.at("size"), 2);
    EXPECT_EQ(answer.at("truncated"), true);
    EXPECT_EQ(downloaded("ab\xF0\x9F\x98", true).at("content"), "ab");
    EXPECT_EQ(downloaded("ab\u00e9", true).at("size"), 4);
}

TEST(download_answer, half_a_character_at_the_real_end_is_binary) {
    const auto answer = downloaded("ab\xC3");
    EXPECT_EQ(answer.at("isBinary"), true);
    EXPECT_EQ(answer.at("size"), 3);
}

TEST(download_answer, cut_binary_keeps_all_its_octets) {
    const auto answer = downloaded("\xFF\xFF\xC3", true);
    EXPECT_EQ(answer.at("isBinary"), true);
    EXPECT_EQ(answer.at("content"), "///D");
    EXPECT_EQ(answer.at("size"), 3);
}

TEST(download_answer, body_is_allocated_at_its_size) {
    constexpr std::size_t size = 1 << 20, slack = 300;
    for (const char octet : {'x', '\0', '\n', '\xFF'}) {
        const auto body = download_answer(path, {std::string(size, octet), false});
        EXPECT_LE(body.capacity(), body.size() + slack) << int{octet};
    }
}

TEST(download_answer, path_that_is_not_utf8_has_its_twin) {
    const auto odd = model::remote_path::parse("\xFF").value();
    const auto answer = boost::json::parse(download_answer(odd, {"x", false}));
    EXPECT_EQ(answer.at("path"), "\uFFFD");
    EXPECT_EQ(answer.at("pathBase64"), "/w==");
}

TEST(stat_answer, fields_that_the_server_did_not_send_are_left_out) {
    EXPECT_EQ(stat_answer(path, {}), R"({"success":true,"path":"p","isDirectory":false,"isSymlink":false})");
    EXPECT_EQ(stat_answer(path, {.permissions = 041777}),
              R"({"success":true,"path":"p","isDirectory":true,"isSymlink":false,"permissions":17407,)"
              R"("permissionString":"drwxrwxrwx"})");
}

TEST(stat_answer, largest_values_are_exact) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    const auto answer = boost::json::parse(stat_answer(path, {.size = std::numeric_limits<std::uint64_t>::max(),
                                                              .uid = most,
                                                              .gid = most,
                                                              .permissions = most,
                                                              .atime = most,
                                                              .mtime = 0}));
    EXPECT_EQ(answer.at("size"), std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(answer.at("uid"), most);
    EXPECT_EQ(answer.at("atime"), "2106-02-07T06:28:15.000Z");
    EXPECT_EQ(answer.at("mtime"), "1970-01-01T00:00:00.000Z");
}

TEST(listing_answer, count_is_that_of_the_entries) {
    net::listing found;
    for (int i = 0; i < 1000; ++i)
        found.entries.push_back({"file_" + std::to_string(i), {.size = 1}});
    const auto answer = boost::json::parse(listing_answer(path, found));
    EXPECT_EQ(answer.at("count"), 1000);
    EXPECT_EQ(answer.at("entries").as_array().size(), 1000U);
    EXPECT_FALSE(answer.as_object().contains("dropped"));
}

TEST(listing_answer, hostile_names_make_valid_json) {
    net::listing found;
    for (const std::string name : {"a\nb", "\x1b[2J", "\"}],", "\\", "\u202efdp.exe", "\xC0\xAF", "\x7f"})
        found.entries.push_back({name, {}});
    const auto answer = boost::json::parse(listing_answer(path, found));
    for (const auto& entry : answer.at("entries").as_array()) {
        const std::string shown{std::string_view{entry.at("name").as_string()}};
        EXPECT_EQ(entry.as_object().contains("nameBase64"), shown.contains("\uFFFD"));
    }
}

TEST(plain_answer, names_stand_in_their_order) {
    EXPECT_EQ(plain_answer({{"oldPath", "a"}, {"newPath", "b\"c"}}),
              R"({"success":true,"oldPath":"a","newPath":"b\"c"})");
}

TEST(upload_answer, tells_the_octets_written) {
    EXPECT_EQ(upload_answer(path, 0), R"({"success":true,"path":"p","bytesWritten":0})");
}

}  // namespace
}  // namespace gangway::api
