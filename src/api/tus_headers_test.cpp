#include "tus_headers.hpp"

#include <gangway/api/answer.hpp>

#include <gtest/gtest.h>

namespace gangway::api {
namespace {

std::string code_of(const base::error& why) {
    return std::string{classify(why.code).code};
}

TEST(upload_metadata, says_path_and_wishes) {
    // "out/a b", "0640", "true", "true"
    const auto found = parse_upload_metadata(
        "path b3V0L2EgYg==,mode MDY0MA==,overwrite dHJ1ZQ==,parents dHJ1ZQ==,filename YQ==,empty");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->path.octets(), "out/a b");
    EXPECT_EQ(found->mode, 0640U);
    EXPECT_TRUE(found->overwrite);
    EXPECT_TRUE(found->parents);
}

TEST(upload_metadata, wishes_may_be_left_out_and_space_be_added) {
    const auto found = parse_upload_metadata(" path  /w== , overwrite ZmFsc2U= ");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->path.octets(), "\xFF");
    EXPECT_EQ(found->mode, std::nullopt);
    EXPECT_FALSE(found->overwrite);
    EXPECT_FALSE(found->parents);
}

TEST(upload_metadata, what_is_wrong_is_named) {
    for (const auto& [header, field] : {
             std::pair{"", "path"},
             {"filename YQ==", "path"},
             {"path", "path"},                     // empty
             {"path YQA=", "path"},                // NUL in it
             {"path YS8=", "path"},                // "a/"
             {"path Li4=", "path"},                // ".."
             {"path YS8u", "path"},                // "a/."
             {"path Lw==", "path"},                // "/"
             {"path YQ==,mode OTk=", "mode"},      // "99"
             {"path YQ==,mode", "mode"},           // empty
             {"path YQ==,mode MTAwMDA=", "mode"},  // "10000"
             {"path YQ==,overwrite MQ==", "overwrite"},
             {"path YQ==,parents VHJ1ZQ==", "parents"},
             {"path YQ==,path YQ==", "Upload-Metadata"},
             {"path *", "Upload-Metadata"},
             {"path YQ== YQ==", "Upload-Metadata"},
             {"path YQ==,,", "Upload-Metadata"},
             {",path YQ==", "Upload-Metadata"},
             {"p\xC3\xA4th YQ==", "Upload-Metadata"},
         }) {
        const auto found = parse_upload_metadata(header);
        ASSERT_FALSE(found) << header;
        EXPECT_EQ(code_of(found.error()), "bad_request") << header;
        EXPECT_EQ(found.error().fact_named("field"), field) << header;
    }
}

TEST(upload_checksum, is_an_algorithm_and_a_digest_of_its_size) {
    // The protocol's own example
    const auto found = parse_upload_checksum("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->algorithm, crypto::digest_algorithm::sha1);
    EXPECT_EQ(found->digest.size(), 20U);
    EXPECT_TRUE(parse_upload_checksum("sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
    for (const auto* header :
         {"", "sha1", "sha1 ", "sha1 AAAA", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "md5 kAFQmDzST7DWlj99KOF/cg==",
          "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1  Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1 *"})
        EXPECT_FALSE(parse_upload_checksum(header)) << header;
}

resource_request with(std::string name, std::string value) {
    resource_request request;
    request.fields.push_back({std::move(name), std::move(value)});
    return request;
}

TEST(size_field, is_a_whole_number_that_every_client_can_count_to) {
    EXPECT_EQ(size_field(with("upload-length", "0"), "Upload-Length").value(), 0U);
    EXPECT_EQ(size_field(with("Upload-Length", "9007199254740991"), "Upload-Length").value(), tus_max_size);
    EXPECT_EQ(size_field(with("Other", "1"), "Upload-Length").value(), std::nullopt);
    for (const auto* text : {"", "-1", "+1", "1.0", "1 ", "0x1", "ten"})
        EXPECT_EQ(code_of(size_field(with("Upload-Length", text), "Upload-Length").error()), "bad_request") << text;
    for (const auto* text : {"9007199254740992", "18446744073709551616", "99999999999999999999999999"})
        EXPECT_EQ(code_of(size_field(with("Upload-Length", text), "Upload-Length").error()), "payload_too_large")
            << text;
}

TEST(single_field, given_twice_is_refused) {
    auto request = with("Upload-Offset", "1");
    request.fields.push_back({"upload-offset", "2"});
    EXPECT_FALSE(single_field(request, "Upload-Offset"));
    EXPECT_FALSE(size_field(request, "Upload-Offset"));
}

}  // namespace
}  // namespace gangway::api
