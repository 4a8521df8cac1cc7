#include <gangway/model/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::model {
namespace {

TEST(model_errors, invalid_names_the_field_and_is_the_callers_fault) {
    const base::result<int> outcome = invalid("port", "a port is a number");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::invalid_value);
    EXPECT_EQ(outcome.error().code.category().name(), std::string_view{"gangway.model"});
    EXPECT_EQ(outcome.error().code.message(), "invalid value");
    EXPECT_EQ(outcome.error().where, base::phase::request);
    EXPECT_EQ(outcome.error().message, "a port is a number");
    EXPECT_EQ(outcome.error().fact_named("field"), "port");
}

}  // namespace
}  // namespace gangway::model
