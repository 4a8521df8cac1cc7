#include "folder_lock.hpp"

#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

namespace gangway::app {
namespace {

using enum folder_lock::how;

class folder_lock_test : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "gangway-lock-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    std::filesystem::path folder;
};

TEST_F(folder_lock_test, gateways_share_a_folder) {
    const auto first = folder_lock::take(folder, shared);
    ASSERT_TRUE(first);
    EXPECT_TRUE(folder_lock::take(folder, shared));
}

TEST_F(folder_lock_test, what_changes_secrets_waits_for_nobody_and_excludes_everybody) {
    {
        const auto gateway = folder_lock::take(folder, shared);
        const auto refused = folder_lock::take(folder, alone);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().fact_named("field"), "data_dir");
        EXPECT_TRUE(refused.error().message.contains("stop it first"));
    }
    const auto rotation = folder_lock::take(folder, alone);
    ASSERT_TRUE(rotation);
    EXPECT_FALSE(folder_lock::take(folder, shared));
    EXPECT_FALSE(folder_lock::take(folder, alone));
}

TEST_F(folder_lock_test, folder_that_is_not_there_is_an_error_with_the_reason) {
    const auto refused = folder_lock::take(folder / "missing", shared);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, model::errc::invalid_value);
    EXPECT_TRUE(refused.error().message.contains("No such file"));
}

}  // namespace
}  // namespace gangway::app
