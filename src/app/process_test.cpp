#include "process.hpp"

#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace gangway::app {
namespace {

class data_dir_test : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "gangway-data-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        mask = ::umask(0);
    }
    void TearDown() override {
        ::umask(mask);
        std::filesystem::remove_all(root);
    }
    static mode_t mode_of(const std::filesystem::path& path) {
        struct stat about{};
        EXPECT_EQ(::stat(path.c_str(), &about), 0);
        return about.st_mode & 07777U;
    }
    std::filesystem::path root;
    mode_t mask = 0;
};

TEST_F(data_dir_test, missing_folders_are_made_for_their_user_alone) {
    keep_files_private();
    ASSERT_TRUE(prepare_data_dir(root / "a" / "b"));
    EXPECT_EQ(mode_of(root / "a"), 0700U);
    EXPECT_EQ(mode_of(root / "a" / "b"), 0700U);
    EXPECT_TRUE(prepare_data_dir(root / "a" / "b"));
}

TEST_F(data_dir_test, file_in_its_place_is_refused) {
    std::ofstream{root / "file"} << "x";
    for (const auto& path : {root / "file", root / "file" / "below"}) {
        const auto result = prepare_data_dir(path);
        ASSERT_FALSE(result) << path;
        EXPECT_EQ(result.error().fact_named("field"), "data_dir");
    }
}

TEST_F(data_dir_test, folder_that_others_can_change_is_refused) {
    std::filesystem::create_directory(root / "open");
    ::chmod((root / "open").c_str(), 0777);
    const auto result = prepare_data_dir(root / "open");
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.contains("chmod go-w"));
    ::chmod((root / "open").c_str(), 0755);
    EXPECT_TRUE(prepare_data_dir(root / "open"));
}

}  // namespace
}  // namespace gangway::app
