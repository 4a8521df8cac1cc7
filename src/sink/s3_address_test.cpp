#include "s3_address.hpp"

#include <gtest/gtest.h>

namespace gangway::sink {
namespace {

s3_settings settings() {
    return {.endpoint = "https://s3.example.com", .bucket = "files"};
}

std::string refused_field(const s3_settings& of) {
    const auto checked = of.check();
    return checked ? "" : std::string{checked.error().fact_named("field")};
}

TEST(s3_address, key_is_encoded_once_and_keeps_its_slashes) {
    EXPECT_EQ(s3_url(settings(), "in/a.csv"), "https://s3.example.com/files/in/a.csv");
    EXPECT_EQ(s3_url(settings(), "Müller & Söhne/100%25 ~2.csv"),
              "https://s3.example.com/files/M%C3%BCller%20%26%20S%C3%B6hne/100%2525%20~2.csv");
    EXPECT_EQ(s3_url(settings(), "a+b=c?d#e"), "https://s3.example.com/files/a%2Bb%3Dc%3Fd%23e");
}

TEST(s3_address, bucket_is_in_the_path_or_in_front_of_the_host) {
    auto of = settings();
    of.prefix = "gangway/";
    EXPECT_EQ(s3_url(of, "a"), "https://s3.example.com/files/gangway/a");
    EXPECT_EQ(s3_url(of, ""), "https://s3.example.com/files/");
    of.path_style = false;
    EXPECT_EQ(s3_url(of, "a"), "https://files.s3.example.com/gangway/a");
    of.endpoint = "http://127.0.0.1:9000";
    of.path_style = true;
    EXPECT_EQ(s3_url(of, "a"), "http://127.0.0.1:9000/files/gangway/a");
}

TEST(s3_address, query_is_sorted_encoded_and_keeps_empty_values) {
    EXPECT_EQ(s3_url(settings(), "a", {{"uploads", ""}}), "https://s3.example.com/files/a?uploads=");
    EXPECT_EQ(s3_url(settings(), "a", {{"uploadId", "x/y+z=="}, {"partNumber", "7"}}),
              "https://s3.example.com/files/a?partNumber=7&uploadId=x%2Fy%2Bz%3D%3D");
}

TEST(s3_settings, plain_settings_are_fine) {
    EXPECT_EQ(refused_field(settings()), "");
    for (const char* endpoint :
         {"http://127.0.0.1:9000", "https://minio", "https://[::1]:9000", "https://s3.eu-central-1.amazonaws.com"}) {
        auto of = settings();
        of.endpoint = endpoint;
        EXPECT_EQ(refused_field(of), "") << endpoint;
    }
}

TEST(s3_settings, what_is_no_endpoint_is_refused) {
    for (const char* endpoint :
         {"", "s3.example.com", "ftp://s3.example.com", "https://", "https://s3.example.com/",
          "https://s3.example.com/path", "https://user:secret@s3.example.com", "https://s3.example.com:0",
          "https://s3.example.com:65536", "https://s3.example.com:", "https://s3.example.com?x", "https://::1",
          "https://s3 x", "HTTPS://x", "https://2130706433"}) {
        auto of = settings();
        of.endpoint = endpoint;
        EXPECT_EQ(refused_field(of), "endpoint") << endpoint;
    }
}

TEST(s3_settings, bucket_prefix_and_region_follow_their_rules) {
    for (const char* bucket : {"", "ab", "Files", "a_b", "-ab", "ab-", "a..b", "a/b", "a?b"}) {
        auto of = settings();
        of.bucket = bucket;
        EXPECT_EQ(refused_field(of), "bucket") << bucket;
    }
    auto dotted = settings();
    dotted.bucket = "my.files";
    EXPECT_EQ(refused_field(dotted), "");
    dotted.path_style = false;
    EXPECT_EQ(refused_field(dotted), "bucket");
    for (const char* prefix : {"/", "a", "a//", "/a/", "../", "a/../b/", ".gangway/"}) {
        auto of = settings();
        of.prefix = prefix;
        EXPECT_EQ(refused_field(of), "prefix") << prefix;
    }
    auto prefixed = settings();
    prefixed.prefix = "in/acme/";
    EXPECT_EQ(refused_field(prefixed), "");
    for (const char* region : {"", "eu central", "eu:s3", "eu\n"}) {
        auto of = settings();
        of.region = region;
        EXPECT_EQ(refused_field(of), "region") << region;
    }
}

}  // namespace
}  // namespace gangway::sink
