#include <gangway/transfer/plan.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

const sys_seconds start = std::chrono::sys_days{2026y / 1 / 15} + 12h;
constexpr std::uint32_t noon = 1'768'478'400;

/// One folder over several looks.
class folder {
  public:
    explicit folder(model::stability rule) { rules_.stable = std::move(rule); }

    void put(std::string_view path, std::uint64_t size, std::optional<std::uint32_t> mtime,
             file_kind kind = file_kind::regular) {
        std::erase_if(listing_, [&](const listed_file& file) { return file.path == path; });
        listing_.push_back({.path = path, .kind = kind, .size = size, .mtime = mtime});
    }
    /// What is said about `path` at `now`; the looks are kept.
    std::string look(std::string_view path, sys_seconds now) {
        last_ = plan({.listing = listing_,
                      .ledger = {},
                      .looks = looks_,
                      .rules = rules_,
                      .keys = keys_,
                      .zone = zone_,
                      .now = now});
        looks_ = last_.looks;
        for (std::size_t i = 0; i < listing_.size(); ++i)
            if (listing_[i].path == path) return sentence(last_.verdicts[i], path, rules_);
        return "not listed";
    }
    [[nodiscard]] const pull_plan& last() const { return last_; }
    model::pull_rules& rules() { return rules_; }

  private:
    std::vector<listed_file> listing_{};
    std::vector<transfer::look> looks_{};
    model::pull_rules rules_{};
    key_template keys_ = key_template::parse("{path}").value();
    model::fixed_zone zone_{};
    pull_plan last_{};
};

TEST(two_looks, unchanged_file_is_pulled_at_the_second_look) {
    folder f{model::stable_over_looks{10s}};
    f.put("a", 10, noon);
    EXPECT_EQ(f.look("a", start), "waiting: seen for the first time");
    EXPECT_EQ(f.last().look_again, start + 10s);
    EXPECT_EQ(f.look("a", start + 9s), "waiting: changed 9 s ago");
    EXPECT_EQ(f.last().look_again, start + 10s);
    EXPECT_EQ(f.look("a", start + 10s), "new");
    EXPECT_FALSE(f.last().look_again);
    EXPECT_TRUE(f.last().looks.empty());
}

TEST(two_looks, growing_file_waits_until_it_rests) {
    folder f{model::stable_over_looks{10s}};
    f.put("a", 10, noon);
    f.look("a", start);
    f.put("a", 20, noon);
    EXPECT_EQ(f.look("a", start + 20s), "waiting: changed 0 s ago");
    f.put("a", 20, noon + 30);
    EXPECT_EQ(f.look("a", start + 40s), "waiting: changed 0 s ago");
    EXPECT_EQ(f.look("a", start + 45s), "waiting: changed 5 s ago");
    EXPECT_EQ(f.look("a", start + 50s), "new");
}

TEST(two_looks, size_alone_tells_where_there_are_no_times) {
    folder f{model::stable_over_looks{10s}};
    f.put("a", 10, {});
    f.look("a", start);
    f.put("a", 11, {});
    EXPECT_EQ(f.look("a", start + 10s), "waiting: changed 0 s ago");
    EXPECT_EQ(f.look("a", start + 20s), "new");
}

TEST(two_looks, file_that_vanishes_is_forgotten) {
    folder f{model::stable_over_looks{10s}};
    f.put("a", 10, noon);
    f.put("b", 10, noon);
    f.look("a", start);
    EXPECT_EQ(f.last().looks.size(), 2U);
    folder other{model::stable_over_looks{10s}};
    other.put("b", 10, noon);
    other.look("b", start);
    EXPECT_EQ(other.last().looks.size(), 1U);
}

TEST(two_looks, clock_set_back_makes_waiting_start_anew) {
    folder f{model::stable_over_looks{10s}};
    f.put("a", 10, noon);
    f.look("a", start);
    EXPECT_EQ(f.look("a", start - 1h), "waiting: seen for the first time");
    EXPECT_EQ(f.look("a", start - 1h + 9s), "waiting: changed 9 s ago");
    EXPECT_EQ(f.look("a", start - 1h + 10s), "new");
}

TEST(age, old_file_is_pulled_at_the_first_look) {
    folder f{model::stable_by_age{60s, 300s}};
    f.put("a", 10, noon - 360);
    EXPECT_EQ(f.look("a", start), "new");
}

TEST(age, young_file_waits_for_the_earlier_of_its_own_time_and_ours) {
    folder f{model::stable_by_age{60s, 300s}};
    f.put("a", 10, noon - 12);
    EXPECT_EQ(f.look("a", start), "waiting: changed 12 s ago");
    EXPECT_EQ(f.last().look_again, start + 60s);
    EXPECT_EQ(f.look("a", start + 59s), "waiting: changed 71 s ago");
    EXPECT_EQ(f.look("a", start + 60s), "new");
    folder nearly{model::stable_by_age{60s, 300s}};
    nearly.put("a", 10, noon - 359);
    EXPECT_EQ(nearly.look("a", start), "waiting: changed 5 min ago");
    EXPECT_EQ(nearly.last().look_again, start + 1s);
    EXPECT_EQ(nearly.look("a", start + 1s), "new");
}

TEST(age, slow_server_clock_within_the_tolerance_does_not_make_a_file_old) {
    // Being written now, on a server whose clock is four minutes behind.
    folder f{model::stable_by_age{60s, 300s}};
    f.put("a", 10, noon - 240);
    EXPECT_EQ(f.look("a", start), "waiting: changed 4 min ago");
    f.put("a", 20, noon - 210);
    EXPECT_EQ(f.look("a", start + 30s), "waiting: changed 4 min ago");
    EXPECT_EQ(f.look("a", start + 90s), "new");
}

TEST(age, time_in_the_future_or_none_leaves_our_own_looks) {
    for (const auto mtime : {std::optional<std::uint32_t>{noon + 86'400}, std::optional<std::uint32_t>{}}) {
        folder f{model::stable_by_age{60s, 300s}};
        f.put("a", 10, mtime);
        EXPECT_EQ(f.look("a", start), "waiting: seen for the first time");
        EXPECT_EQ(f.look("a", start + 59s), "waiting: changed 59 s ago");
        f.put("a", 11, mtime);
        EXPECT_EQ(f.look("a", start + 60s), "waiting: changed 0 s ago");
        EXPECT_EQ(f.look("a", start + 120s), "new");
    }
}

TEST(marker, file_waits_for_its_marker_and_markers_are_not_pulled) {
    folder f{model::stable_by_marker{model::companion_name::parse("{name}.done", "marker").value()}};
    f.put("in/orders.csv", 10, noon);
    EXPECT_EQ(f.look("in/orders.csv", start), "waits for in/orders.csv.done");
    EXPECT_FALSE(f.last().look_again);
    f.put("orders.csv.done", 0, noon);
    EXPECT_EQ(f.look("in/orders.csv", start), "waits for in/orders.csv.done");
    f.put("in/orders.csv.done", 0, noon);
    EXPECT_EQ(f.look("in/orders.csv", start), "new");
    EXPECT_EQ(f.look("in/orders.csv.done", start), "tells that another file is complete");
}

TEST(marker, marker_older_than_the_file_or_no_file_does_not_count) {
    folder f{model::stable_by_marker{model::companion_name::parse("{stem}.ok", "marker").value()}};
    f.put("a.csv", 10, noon);
    f.put("a.ok", 0, noon - 1);
    EXPECT_EQ(f.look("a.csv", start), "waits for a.ok to be newer than the file");
    f.put("a.ok", 0, {});
    EXPECT_EQ(f.look("a.csv", start), "new");
    f.put("a.ok", 0, noon, file_kind::folder);
    EXPECT_EQ(f.look("a.csv", start), "waits for a.ok");
}

TEST(checksum, file_waits_for_the_file_with_its_hash) {
    folder f{model::stable_at_once{}};
    f.rules().checksum = model::companion_name::parse("{name}.sha256", "checksum").value();
    f.put("a.csv", 10, noon);
    EXPECT_EQ(f.look("a.csv", start), "waits for a.csv.sha256");
    f.put("a.csv.sha256", 80, noon);
    EXPECT_EQ(f.look("a.csv", start), "new");
    EXPECT_EQ(f.look("a.csv.sha256", start), "the checksum of another file");
}

TEST(verdict, every_code_has_a_word_and_a_sentence_of_its_own) {
    std::set<std::string> words, sentences;
    const model::pull_rules rules;
    for (int code = 0; code <= static_cast<int>(verdict_code::over_limit); ++code) {
        const verdict one{.code = static_cast<verdict_code>(code), .version = 2};
        words.emplace(to_string(one.code));
        const auto text = sentence(one, "a", rules);
        EXPECT_FALSE(text.empty()) << code;
        sentences.insert(text);
        EXPECT_FALSE(is_pulled(one.code) && is_waiting(one.code)) << code;
    }
    EXPECT_EQ(words.size(), 24U);
    EXPECT_EQ(sentences.size(), 24U);
    EXPECT_EQ(to_string(verdict_code::fresh), "new");
    EXPECT_EQ(to_string(verdict_code::over_limit), "over_limit");
    EXPECT_TRUE(is_pulled(verdict_code::retry));
    EXPECT_FALSE(is_pulled(verdict_code::already_pulled));
    EXPECT_TRUE(is_waiting(verdict_code::waits_for_checksum));
    EXPECT_FALSE(is_waiting(verdict_code::key_taken));
}

TEST(verdict, names_in_sentences_are_escaped) {
    const model::pull_rules rules{
        .stable = model::stable_by_marker{model::companion_name::parse("{name}.done", "marker").value()}};
    EXPECT_EQ(sentence({.code = verdict_code::waits_for_marker}, "a\nb", rules), "waits for a\\nb.done");
    EXPECT_EQ(sentence({.code = verdict_code::key_taken, .other = "\x1b[2J"}, "a", rules),
              "its destination is that of \\x1b[2J");
}

TEST(verdict, spans_are_told_in_the_unit_people_would_use) {
    const model::pull_rules rules;
    const auto text = [&](std::chrono::seconds ago) {
        return sentence({.code = verdict_code::waits_unchanged, .ago = ago}, "a", rules);
    };
    EXPECT_EQ(text(0s), "waiting: changed 0 s ago");
    EXPECT_EQ(text(119s), "waiting: changed 119 s ago");
    EXPECT_EQ(text(120s), "waiting: changed 2 min ago");
    EXPECT_EQ(text(2h), "waiting: changed 2 h ago");
    EXPECT_EQ(text(49h), "waiting: changed 2 days ago");
}

}  // namespace
}  // namespace gangway::transfer
