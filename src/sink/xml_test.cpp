#include "xml.hpp"

#include <gangway/sink/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::sink {
namespace {

using namespace std::string_literals;

/// As in the S3 API reference.
constexpr std::string_view initiated = R"(<?xml version="1.0" encoding="UTF-8"?>
<InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
   <Bucket>example-bucket</Bucket>
   <Key>example-object</Key>
   <UploadId>VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA</UploadId>
</InitiateMultipartUploadResult>)";

constexpr std::string_view failure = R"(<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The resource you requested does not exist</Message>
  <Resource>/mybucket/myfoto.jpg</Resource>
  <RequestId>4442587FB7D0A2F9</RequestId>
</Error>)";

TEST(xml, answers_of_s3_are_read) {
    const auto upload = parse_xml(initiated).value();
    EXPECT_EQ(upload.name, "InitiateMultipartUploadResult");
    EXPECT_EQ(upload.text_of("UploadId"), "VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA");
    const auto error = parse_xml(failure).value();
    EXPECT_EQ(error.text_of("Code"), "NoSuchKey");
    EXPECT_EQ(error.text_of("HostId"), "");
    EXPECT_EQ(error.child("HostId"), nullptr);
    EXPECT_EQ(error.children.size(), 4U);
}

TEST(xml, nested_and_repeated_elements_keep_their_order) {
    const auto list = parse_xml("<r><u><k>a</k></u><u><k>b</k><i/></u><n>2</n></r>").value();
    ASSERT_EQ(list.children.size(), 3U);
    EXPECT_EQ(list.children[1].text_of("k"), "b");
    EXPECT_EQ(list.children[1].children.size(), 2U);
    EXPECT_EQ(list.child("u")->text_of("k"), "a");
}

TEST(xml, references_are_resolved) {
    EXPECT_EQ(parse_xml("<a>&lt;x&gt; &amp;amp; &quot;&apos;</a>")->text, "<x> &amp; \"'");
    EXPECT_EQ(parse_xml("<a>&#65;&#x42;&#xfc;&#x20AC;&#x1F600;</a>")->text, "AB\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(xml, prefixes_attributes_comments_and_instructions_are_skipped) {
    const auto read =
        parse_xml("\xef\xbb\xbf<?x y?><!-- <a> --><s3:a x='1' y = \"/>\"><!-- </a> -->t<?z?>u</s3:a ><!-- end -->\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, "a");
    EXPECT_EQ(read->text, "tu");
}

TEST(xml, every_truncation_is_refused) {
    for (const auto document : {initiated, failure})
        for (std::size_t size = 0; size < document.size(); ++size)
            EXPECT_FALSE(parse_xml(document.substr(0, size))) << size;
}

TEST(xml, one_octet_more_is_refused_unless_it_is_blank) {
    EXPECT_TRUE(parse_xml(std::string{failure} + "\n"));
    for (const char* more : {"x", "<", "<a/>", "&amp;", "\xff"})
        EXPECT_FALSE(parse_xml(std::string{failure} + more)) << more;
}

TEST(xml, anything_else_is_a_bad_answer) {
    for (const auto& document : {""s,
                                 "text"s,
                                 "<>"s,
                                 "< a/>"s,
                                 "<a>"s,
                                 "<a></b>"s,
                                 "<a><b></a></b>"s,
                                 "<a/><b/>"s,
                                 "<a b></a>"s,
                                 "<a b=c></a>"s,
                                 "<a b='c></a>"s,
                                 "<a b='<'/>"s,
                                 "<a b='1'c='2'/>"s,
                                 "<a>&unknown;</a>"s,
                                 "<a>&amp</a>"s,
                                 "<a>&#0;</a>"s,
                                 "<a>&#xD800;</a>"s,
                                 "<a>&#x110000;</a>"s,
                                 "<a>&#;</a>"s,
                                 "<a>&#x;</a>"s,
                                 "<a>&#-1;</a>"s,
                                 "<a>&#99999999999;</a>"s,
                                 "<a><![CDATA[x]]></a>"s,
                                 "<!DOCTYPE a><a/>"s,
                                 "<!DOCTYPE a [<!ENTITY b \"b\">]><a>&b;</a>"s,
                                 "<a>\xff</a>"s,
                                 "<a><!-- </a>"s,
                                 "<a"s + std::string(200, 'b') + "/>"}) {
        const auto read = parse_xml(document);
        ASSERT_FALSE(read) << document;
        EXPECT_EQ(read.error().code, errc::bad_answer);
    }
}

TEST(xml, depth_number_and_size_are_bounded) {
    const auto nested = [](std::size_t depth) {
        std::string open, close;
        for (std::size_t i = 0; i < depth; ++i) {
            open += "<a>";
            close += "</a>";
        }
        return open + close;
    };
    EXPECT_TRUE(parse_xml(nested(16)));
    EXPECT_FALSE(parse_xml(nested(17)));
    EXPECT_FALSE(parse_xml(nested(100'000)));
    const auto wide = [](std::size_t count) {
        std::string text = "<r>";
        for (std::size_t i = 1; i < count; ++i)
            text += "<a/>";
        return text + "</r>";
    };
    EXPECT_TRUE(parse_xml(wide(50'000)));
    EXPECT_FALSE(parse_xml(wide(50'001)));
    EXPECT_TRUE(parse_xml("<a>" + std::string(largest_xml - 7, 'x') + "</a>"));
    EXPECT_FALSE(parse_xml("<a>" + std::string(largest_xml - 6, 'x') + "</a>"));
}

}  // namespace
}  // namespace gangway::sink
