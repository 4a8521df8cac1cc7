#include <gangway/base/shared_library.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gangway::base {
namespace {

using testing::HasSubstr;

TEST(shared_library, finds_functions) {
    shared_library mathematics{"libm.so.6"};
    double (*root)(double) = nullptr;
    mathematics.find("sqrt", root);
    ASSERT_TRUE(mathematics.loaded()) << mathematics.problem();
    EXPECT_EQ(root(9.0), 3.0);
}

TEST(shared_library, names_the_function_that_is_missing) {
    shared_library mathematics{"libm.so.6"};
    double (*root)(double) = nullptr;
    mathematics.find("no_such_root", root);
    EXPECT_EQ(root, nullptr);
    EXPECT_FALSE(mathematics.loaded());
    EXPECT_THAT(mathematics.problem(), HasSubstr("no_such_root"));
}

TEST(shared_library, names_itself_where_it_is_not_installed) {
    shared_library missing{"libgangway_no_such.so.1"};
    EXPECT_FALSE(missing.loaded());
    EXPECT_THAT(missing.problem(), HasSubstr("libgangway_no_such.so.1"));
    double (*root)(double) = nullptr;
    missing.find("sqrt", root);
    EXPECT_EQ(root, nullptr);
}

}  // namespace
}  // namespace gangway::base
