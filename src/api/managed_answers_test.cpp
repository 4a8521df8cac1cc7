#include "managed_answers.hpp"

#include "testing/managing.hpp"

#include <gtest/gtest.h>

namespace gangway::api {
namespace {

class managed_answers : public testing::managing {
  protected:
    std::string sent(const answer& from) {
        testing::kept_body kept;
        EXPECT_TRUE(run(from.stream->send(kept)));
        std::string octets;
        for (const auto& piece : kept.pieces)
            octets += piece;
        return octets;
    }
};

TEST_F(managed_answers, secret_is_the_last_member_and_lies_in_no_text) {
    const auto made =
        with_secret(object_answer([](json_writer& json) { json.text("id", "tok_1"); }, 201, {{"Location", "/there"}}),
                    "token", base::secret{"a\"b"});
    const std::string whole = R"({"success":true,"id":"tok_1","token":"a\"b"})";
    EXPECT_EQ(made.status, 201U);
    EXPECT_EQ(made.body, "");
    EXPECT_EQ(made.length, whole.size());
    EXPECT_EQ(sent(made), whole);
    EXPECT_EQ(header(made, "Location"), "/there");
    EXPECT_EQ(header(made, "Content-Type"), "application/json");
    EXPECT_EQ(header(made, "Cache-Control"), "no-store");
}

TEST_F(managed_answers, secret_may_be_all_that_there_is) {
    EXPECT_EQ(sent(with_secret({.body = "{}"}, "token", base::secret{"x"})), R"({"token":"x"})");
}

TEST_F(managed_answers, new_secret_says_what_it_is_and_is_never_the_same) {
    const auto first = new_secret("gwt_"), second = new_secret("gwt_");
    EXPECT_TRUE(first.view().starts_with("gwt_"));
    EXPECT_EQ(first.view().size(), 4U + 43U);
    EXPECT_NE(first.view(), second.view());
}

}  // namespace
}  // namespace gangway::api
