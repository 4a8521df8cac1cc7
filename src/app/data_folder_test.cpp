#include "data_folder.hpp"

#include "testing/asking.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace gangway::app {
namespace {

namespace fs = std::filesystem;
using testing::manual_clock;
using testing::names;

class data_folder_test : public ::testing::Test {
  protected:
    ~data_folder_test() override { fs::remove_all(folder); }

    names ask() { return testing::ask(asked_); }

    static fs::path fresh() {
        auto name = (fs::temp_directory_path() / "data-folder-XXXXXX").native();
        return ::mkdtemp(name.data());
    }

    fs::path folder = fresh();
    manual_clock clock{};

  private:
    net::asio::thread_pool blocking_{1};
    data_folder asked_{folder / "data", blocking_, clock};
};

TEST_F(data_folder_test, that_can_be_written_to_misses_nothing_and_is_left_empty) {
    fs::create_directory(folder / "data");
    EXPECT_EQ(ask(), names{});
    EXPECT_TRUE(fs::is_empty(folder / "data"));
}

TEST_F(data_folder_test, that_is_gone_is_missing_until_it_is_back) {
    EXPECT_EQ(ask(), names{"data_dir"});
    fs::create_directory(folder / "data");
    EXPECT_EQ(ask(), names{"data_dir"}) << "nobody looks twice within two seconds";
    clock.now += data_folder::remembered;
    EXPECT_EQ(ask(), names{});
}

TEST_F(data_folder_test, that_is_a_file_cannot_be_written_to) {
    std::ofstream{folder / "data"} << "x";
    EXPECT_FALSE(can_be_written(folder / "data"));
    EXPECT_TRUE(can_be_written(folder));
}

/// /proc takes no files, not even of root.
TEST_F(data_folder_test, that_takes_no_files_cannot_be_written_to) {
    EXPECT_FALSE(can_be_written("/proc/self"));
}

}  // namespace
}  // namespace gangway::app
