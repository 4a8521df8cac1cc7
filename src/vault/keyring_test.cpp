#include <gangway/base/base64.hpp>
#include <gangway/vault/errors.hpp>
#include <gangway/vault/keyring.hpp>
#include <gangway/vault/master_key_file.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace gangway::vault {
namespace {

const std::string one = base::to_base64(std::string(32, '1'));
const std::string two = base::to_base64(std::string(32, '2'));

TEST(keyring, reads_versions_in_any_order_and_skips_comments) {
    const auto keys = keyring::parse("# a comment\n\n2 " + two + "\r\n1 " + one + "\n");
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->current(), 2U);
    EXPECT_EQ(keys->size(), 2U);
    EXPECT_EQ(keys->find(1)->view(), std::string(32, '1'));
    EXPECT_EQ(keys->find(2)->view(), std::string(32, '2'));
    EXPECT_EQ(keys->find(3), nullptr);
}

TEST(keyring, base64_alone_is_version_one) {
    EXPECT_EQ(keyring::parse(one)->find(1)->view(), std::string(32, '1'));
    EXPECT_EQ(keyring::parse(one + "\n")->current(), 1U);
    EXPECT_EQ(keyring::parse(one + "\n2 " + two)->size(), 2U);
}

TEST(keyring, refuses_anything_else_by_line_and_shows_none_of_it) {
    const std::string short_key = base::to_base64(std::string(31, 'x'));
    for (const std::string& bad :
         {std::string(), std::string("# nothing\n"), "0 " + one, "-1 " + one, "4294967296 " + one, "1x " + one,
          "1  " + one, "1 " + one + " ", "1 " + one + "\n1 " + two, one + "\n" + two, "1 " + short_key,
          "1 " + one.substr(0, 43), std::string("1 "), std::string("secret-canary")}) {
        const auto keys = keyring::parse(bad);
        ASSERT_FALSE(keys) << bad;
        EXPECT_EQ(keys.error().code, errc::bad_key_file);
        EXPECT_EQ(keys.error().message.find("canary"), std::string::npos);
        EXPECT_EQ(keys.error().message.find(one.substr(0, 8)), std::string::npos);
    }
    EXPECT_NE(keyring::parse("1 " + one + "\nbad").error().message.find("line 2"), std::string::npos);
}

TEST(keyring, its_text_reads_as_the_same_keys) {
    const auto keys = keyring::generate().with_next().with_next();
    EXPECT_EQ(keys.current(), 3U);
    const auto again = keyring::parse(keys.text().view());
    ASSERT_TRUE(again);
    ASSERT_EQ(again->size(), 3U);
    for (const std::uint32_t version : {1U, 2U, 3U})
        EXPECT_EQ(again->find(version)->view(), keys.find(version)->view());
    EXPECT_NE(keys.find(1)->view(), keys.find(2)->view());
    const auto newest = keys.newest_only();
    EXPECT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest.find(3)->view(), keys.find(3)->view());
    EXPECT_EQ(keyring::parse("4294967295 " + one)->text().view().substr(keys.text().view().find("1 ")).size(), 56U);
}

class key_file_test : public testing::Test {
  protected:
    key_file_test() {
        char pattern[] = "/tmp/gangway-vault.XXXXXX";
        if (::mkdtemp(pattern) == nullptr) std::abort();
        folder = pattern;
    }
    ~key_file_test() override { std::filesystem::remove_all(folder); }

    std::string put(const std::string& name, const std::string& text, ::mode_t mode = 0600) {
        const auto path = folder + "/" + name;
        std::ofstream(path) << text;
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    master_key_file provided(const std::string& path) { return master_key_file::find({.file = path}); }
    master_key_file own() { return master_key_file::find({.data_folder = folder}); }

    std::string folder;
};

TEST_F(key_file_test, a_named_file_comes_before_a_credential_and_that_before_our_own) {
    put("gangway-master-key", one);
    EXPECT_EQ(master_key_file::find({"/named", folder, "/data"}).path(), "/named");
    EXPECT_EQ(master_key_file::find({"", folder, "/data"}).path(), folder + "/gangway-master-key");
    EXPECT_EQ(master_key_file::find({"", "/nowhere", "/data"}).path(), "/data/master-key");
    EXPECT_FALSE(master_key_file::find({"/named", folder, "/data"}).is_ours());
    EXPECT_FALSE(master_key_file::find({"", folder, "/data"}).is_ours());
    EXPECT_TRUE(own().is_ours());
}

TEST_F(key_file_test, a_made_file_is_whole_private_and_made_once) {
    const auto before = ::umask(0);
    const auto made = own().create();
    ::umask(before);
    ASSERT_TRUE(made);
    struct ::stat status{};
    ASSERT_EQ(::stat(own().path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(own().load()->find(1)->view(), made->find(1)->view());
    EXPECT_EQ(own().create().error().code, errc::bad_key_file);
    EXPECT_EQ(own().load()->find(1)->view(), made->find(1)->view());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(key_file_test, a_leftover_of_a_crash_does_not_get_in_the_way) {
    put("master-key.new", "half");
    const auto made = own().create();
    ASSERT_TRUE(made);
    put("master-key.new", "half");
    EXPECT_TRUE(own().replace(made->with_next()));
    EXPECT_EQ(own().load()->size(), 2U);
    EXPECT_FALSE(std::filesystem::exists(folder + "/master-key.new"));
}

TEST_F(key_file_test, a_link_in_the_place_of_the_temporary_file_is_not_followed) {
    const auto target = put("target", "untouched");
    ASSERT_EQ(::symlink(target.c_str(), (folder + "/master-key.new").c_str()), 0);
    EXPECT_TRUE(own().create());
    std::string text;
    std::ifstream(target) >> text;
    EXPECT_EQ(text, "untouched");
}

TEST_F(key_file_test, a_file_that_others_may_use_is_refused_with_advice) {
    for (const ::mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0666U}) {
        const auto keys = provided(put("key", one, mode)).load();
        ASSERT_FALSE(keys) << mode;
        EXPECT_EQ(keys.error().code, errc::bad_key_file);
        EXPECT_NE(keys.error().message.find("chmod 600"), std::string::npos);
    }
    EXPECT_TRUE(provided(put("key", one, 0400)).load());
    EXPECT_TRUE(provided(put("key", one, 0600)).load());
}

TEST_F(key_file_test, a_credential_may_be_open_to_its_group_and_not_to_all) {
    put("gangway-master-key", one, 0440);
    const auto credential = master_key_file::find({"", folder, ""});
    EXPECT_TRUE(credential.load());
    put("gangway-master-key", one, 0444);
    EXPECT_FALSE(credential.load());
}

TEST_F(key_file_test, what_is_missing_large_or_no_file_is_told_apart) {
    EXPECT_EQ(provided(folder + "/none").load().error().code, errc::master_key_missing);
    EXPECT_EQ(provided(folder).load().error().code, errc::bad_key_file);
    EXPECT_EQ(provided("/dev/zero").load().error().code, errc::bad_key_file);
    const auto comment = "#" + std::string(64 * 1024, 'x') + "\n";
    EXPECT_EQ(provided(put("large", comment + one)).load().error().code, errc::bad_key_file);
    EXPECT_EQ(provided(put("empty", "")).load().error().code, errc::bad_key_file);
    EXPECT_EQ(master_key_file::find({.data_folder = "/nonexistent"}).create().error().code, errc::master_key_missing);
}

}  // namespace
}  // namespace gangway::vault
