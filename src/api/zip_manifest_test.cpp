#include "zip_manifest.hpp"

#include <gangway/sftp/errors.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace gangway::api {
namespace {

const auto folder = model::remote_path::parse("/out").value();

TEST(zip_manifest, counts_what_is_there_and_lists_what_is_not) {
    zip_manifest manifest{folder};
    manifest.folder();
    manifest.file(3);
    manifest.file(4);
    manifest.skipped("link", {.permissions = 0120777});
    manifest.skipped("pipe", {.permissions = 0010644});
    manifest.failed("a\xFF", {sftp::errc::permission_denied, base::phase::sftp, "why"});
    EXPECT_EQ(manifest.text(),
              "{\"path\":\"/out\",\"complete\":false,\"files\":2,\"folders\":1,\"bytes\":7,"
              "\"failed\":[{\"path\":\"a\uFFFD\",\"pathBase64\":\"Yf8=\",\"error\":\"why\","
              "\"code\":\"permission_denied\"}],\"failedCount\":1,"
              "\"skipped\":[{\"path\":\"link\",\"isSymlink\":true},{\"path\":\"pipe\",\"isSymlink\":false}],"
              "\"skippedCount\":2}");
}

TEST(zip_manifest, without_failures_the_archive_is_complete) {
    EXPECT_EQ(boost::json::parse(zip_manifest{folder}.text()).at("complete"), true);
}

TEST(zip_manifest, lists_are_bounded_and_counts_exact) {
    zip_manifest manifest{folder};
    for (int i = 0; i < 1500; ++i) {
        manifest.skipped("x", {});
        manifest.failed("y", {sftp::errc::failure, base::phase::sftp, "why"});
    }
    const auto value = boost::json::parse(manifest.text());
    EXPECT_EQ(value.at("failed").as_array().size(), zip_manifest::listed);
    EXPECT_EQ(value.at("skipped").as_array().size(), zip_manifest::listed);
    EXPECT_EQ(value.at("failedCount"), 1500);
    EXPECT_EQ(value.at("skippedCount"), 1500);
}

}  // namespace
}  // namespace gangway::api
