#include "s3_sink.hpp"

#include "hexadecimal.hpp"
#include "s3_writer.hpp"
#include "testing/memory_bucket.hpp"

#include <gangway/crypto/digest.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace gangway::sink {
namespace {

using model::destination_key;
using answers = std::optional<base::result<http_answer>>;

destination_key key(std::string text) {
    return destination_key::parse(std::move(text)).value();
}

class standing_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return now; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }
    /// Three days after uploads of the memory bucket were begun.
    std::chrono::sys_seconds now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 18} + std::chrono::hours{12};
};

class s3_sink : public testing::Test {
  protected:
    s3_sink() { open({.endpoint = "http://storage.test", .bucket = "bucket"}); }

    void open(s3_settings settings) {
        // The tests look into both for as long as the sink lives.
        auto bucket = std::make_unique<memory_bucket>();
        auto pause = std::make_unique<no_pause>();
        if (bucket_ != nullptr) {
            bucket->objects = bucket_->objects;
            bucket->uploads = bucket_->uploads;
        }
        bucket_ = bucket.get();
        pause_ = pause.get();
        sink_ = make_s3_sink(std::move(settings), std::move(bucket), std::move(pause), clock_);
    }
    std::unique_ptr<writer> finished(const claim& owner, const std::string& name, std::string_view content) {
        auto made = sink_->begin(owner, key(name), content.size()).value();
        EXPECT_TRUE(made->write(content));
        EXPECT_TRUE(made->finish(key(name), crypto::sha256(content)));
        return made;
    }
    staged_file stage(writer& one) {
        writer* const each[] = {&one};
        return sink_->stage(each).at(0).value();
    }
    base::result<publication> publish(writer& one) {
        writer* const each[] = {&one};
        return sink_->publish(each).at(0);
    }
    base::result<publication> put(const claim& owner, const std::string& name, std::string_view content) {
        const auto made = finished(owner, name, content);
        static_cast<void>(stage(*made));
        return publish(*made);
    }
    staged_file left_staged(const claim& owner, const std::string& name, std::string_view content) {
        return stage(*finished(owner, name, content));
    }
    /// The first `count` requests that are a `method` get `answer`.
    void fail_first(std::string method, int count, base::result<http_answer> answer) {
        bucket_->before = [method = std::move(method), count, answer](const http_request& request) mutable -> answers {
            if (request.method != method || count-- <= 0) return {};
            return answer;
        };
    }
    /// The answer to the first request that is a `method` is lost after it was carried out.
    void lose_answer(std::string method) {
        bucket_->after = [method = std::move(method), lost = false](const http_request& request) mutable -> answers {
            if (request.method != method || std::exchange(lost, true)) return {};
            return no_answer();
        };
    }
    [[nodiscard]] std::size_t requests(std::string_view method) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(bucket_->log, [&](const std::string& line) { return line.starts_with(method); }));
    }

    standing_clock clock_;
    memory_bucket* bucket_ = nullptr;
    no_pause* pause_ = nullptr;
    std::unique_ptr<sink> sink_;
    /// One part and a bit.
    const std::string large_ = std::string(smallest_part, 'a') + "bit";
};

TEST_F(s3_sink, small_file_that_is_to_be_kept_is_staged_at_the_server) {
    const auto stage_kept = [&](const std::string& name, std::string_view content) {
        auto made = sink_->begin({"7", 2}, key(name), content.size()).value();
        made->keep();
        EXPECT_TRUE(made->write(content));
        EXPECT_TRUE(made->finish(key(name), crypto::sha256(content)));
        return std::pair{stage(*made), std::move(made)};
    };
    const auto left = stage_kept("a", "hello").first;
    EXPECT_TRUE(left.evidence.starts_with("7-2:"));
    EXPECT_TRUE(bucket_->objects.empty());
    EXPECT_EQ(sink_->recover(left).value(), recovery::published);
    EXPECT_EQ(bucket_->objects.at("a").content, "hello");
    const auto [staged, made] = stage_kept("b", "alpha");
    EXPECT_EQ(publish(*made).value(), publication::published);
    EXPECT_EQ(bucket_->objects.at("b").content, "alpha");
    EXPECT_EQ(stage_kept("empty", "").first.evidence, "7-2") << "there is no part without an octet";
}

TEST_F(s3_sink, small_file_is_one_put_with_its_checksums_and_marks) {
    const auto made = finished({"7", 2}, "in/a.csv", "hello");
    EXPECT_TRUE(bucket_->log.empty());
    EXPECT_EQ(stage(*made).evidence, "7-2");
    EXPECT_TRUE(bucket_->objects.empty());
    EXPECT_EQ(publish(*made).value(), publication::published);
    const auto& object = bucket_->objects.at("in/a.csv");
    EXPECT_EQ(object.content, "hello");
    EXPECT_EQ(object.headers.at("x-amz-content-sha256"),
              "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    EXPECT_EQ(object.headers.at("x-amz-checksum-sha256"), "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
    EXPECT_EQ(object.headers.at("x-amz-meta-gangway-claim"), "7-2");
    EXPECT_EQ(object.headers.at("If-None-Match"), "*");
    EXPECT_EQ(requests("PUT"), 1U);
}

TEST_F(s3_sink, empty_file_is_a_file) {
    EXPECT_EQ(put({"1", 1}, "empty", "").value(), publication::published);
    EXPECT_EQ(bucket_->objects.at("empty").content, "");
}

TEST_F(s3_sink, large_file_goes_in_parts_and_appears_when_it_is_complete) {
    const auto made = finished({"7", 2}, "big", large_);
    EXPECT_TRUE(bucket_->objects.empty());
    const auto staged = stage(*made);
    EXPECT_EQ(staged.evidence, "7-2:upload-001");
    EXPECT_EQ(staged.size, large_.size());
    EXPECT_EQ(bucket_->uploads.at("upload-001").parts.size(), 2U);
    EXPECT_EQ(publish(*made).value(), publication::published);
    EXPECT_EQ(bucket_->objects.at("big").content, large_);
    EXPECT_TRUE(bucket_->uploads.empty());
}

TEST_F(s3_sink, file_of_exactly_one_part_is_one_put) {
    EXPECT_TRUE(put({"1", 1}, "part", std::string(smallest_part, 'a')));
    EXPECT_EQ(requests("POST"), 0U);
}

TEST_F(s3_sink, parts_grow_with_the_size_that_was_announced) {
    constexpr std::uint64_t gib = std::uint64_t{1} << 30U;
    EXPECT_EQ(part_size_for(0), smallest_part);
    EXPECT_EQ(part_size_for(156 * gib), smallest_part);
    EXPECT_EQ(part_size_for(smallest_part * 10'000 + 1), smallest_part + 1);
    EXPECT_LE(part_size_for(~std::uint64_t{0}), 5 * gib);
}

TEST_F(s3_sink, file_without_a_key_yet_takes_one_part) {
    auto made = sink_->begin({"1", 1}, {}, {}).value();
    EXPECT_TRUE(made->write(std::string(smallest_part, 'a')));
    EXPECT_EQ(made->write("b").error().code, errc::too_large);
    EXPECT_TRUE(bucket_->log.empty());
}

TEST_F(s3_sink, abandoned_upload_is_aborted_and_a_staged_one_is_kept) {
    auto made = sink_->begin({"1", 1}, key("big"), {}).value();
    EXPECT_TRUE(made->write(large_));
    EXPECT_EQ(bucket_->uploads.size(), 1U);
    made.reset();
    EXPECT_TRUE(bucket_->uploads.empty());
    static_cast<void>(left_staged({"2", 1}, "big", large_));
    EXPECT_EQ(bucket_->uploads.size(), 1U);
}

TEST_F(s3_sink, same_content_is_adopted_and_other_content_never_replaced) {
    for (const bool looks : {true, false}) {
        open({.endpoint = "http://storage.test", .bucket = "bucket", .look_first = looks});
        bucket_->objects = {{"a", {"hello", {}}}, {"big", {large_, {}}}};
        EXPECT_EQ(put({"1", 1}, "a", "hello").value(), publication::already_there);
        EXPECT_EQ(put({"2", 1}, "a", "jello").error().code, errc::conflict);
        EXPECT_EQ(put({"3", 1}, "a", "longer").error().code, errc::conflict);
        EXPECT_EQ(put({"4", 1}, "big", large_).value(), publication::already_there);
        EXPECT_EQ(put({"5", 1}, "big", large_ + "x").error().code, errc::conflict);
        EXPECT_EQ(bucket_->objects.at("a").content, "hello");
        EXPECT_EQ(bucket_->objects.at("big").content, large_);
    }
}

TEST_F(s3_sink, hash_beside_the_object_spares_reading_it) {
    bucket_->objects = {{"a", {"hello", {{"x-amz-meta-gangway-sha256", hexadecimal(crypto::sha256("hello"))}}}}};
    EXPECT_EQ(put({"1", 1}, "a", "hello").value(), publication::already_there);
    EXPECT_EQ(requests("GET"), 0U);
}

TEST_F(s3_sink, looking_first_protects_where_conditions_are_ignored) {
    bucket_->honours_conditions = false;
    bucket_->objects = {{"a", {"other", {}}}};
    EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, errc::conflict);
    EXPECT_EQ(bucket_->objects.at("a").content, "other");
}

TEST_F(s3_sink, no_condition_is_sent_where_the_storage_knows_none) {
    open({.endpoint = "http://storage.test", .bucket = "bucket", .conditional_writes = false});
    EXPECT_TRUE(put({"1", 1}, "a", "hello"));
    EXPECT_FALSE(bucket_->objects.at("a").headers.contains("If-None-Match"));
}

TEST_F(s3_sink, failures_that_pass_are_tried_again_with_the_same_key_and_growing_waits) {
    for (const auto& answer :
         {base::result<http_answer>{refusal(500, "InternalError")}, base::result<http_answer>{refusal(503, "SlowDown")},
          base::result<http_answer>{refusal(400, "BadDigest")},
          base::result<http_answer>{refusal(400, "RequestTimeout")}, no_answer()}) {
        open({.endpoint = "http://storage.test", .bucket = "bucket"});
        bucket_->objects.clear();
        fail_first("PUT", 4, answer);
        EXPECT_EQ(put({"1", 1}, "a", "hello").value(), publication::published);
        EXPECT_EQ(requests("PUT /bucket/a"), 5U);
        ASSERT_EQ(pause_->waited.size(), 4U);
        EXPECT_LT(pause_->waited.front(), pause_->waited.back());
    }
}

TEST_F(s3_sink, failures_that_stay_are_told_after_five_tries) {
    fail_first("PUT", 99, refusal(503, "SlowDown"));
    const auto outcome = put({"1", 1}, "a", "hello");
    EXPECT_EQ(outcome.error().code, errc::unavailable);
    EXPECT_TRUE(is_transient(outcome.error().code));
    EXPECT_EQ(requests("PUT"), 5U);
    EXPECT_TRUE(bucket_->objects.empty());
}

TEST_F(s3_sink, failures_that_no_trying_mends_are_told_at_once) {
    const std::pair<int, errc> cases[] = {
        {403, errc::permission_denied}, {307, errc::refused}, {501, errc::refused}, {507, errc::no_space}};
    for (const auto& [status, meaning] : cases) {
        open({.endpoint = "http://storage.test", .bucket = "bucket"});
        fail_first("PUT", 99, http_answer{.status = status});
        EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, meaning) << status;
        EXPECT_EQ(requests("PUT"), 1U) << status;
        EXPECT_TRUE(pause_->waited.empty());
    }
}

TEST_F(s3_sink, stopping_ends_the_tries) {
    fail_first("PUT", 99, no_answer());
    pause_->patient = false;
    EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, errc::cancelled);
    EXPECT_EQ(requests("PUT"), 1U);
}

TEST_F(s3_sink, put_whose_answer_was_lost_is_published_once) {
    for (const bool honours : {true, false}) {
        open({.endpoint = "http://storage.test", .bucket = "bucket"});
        bucket_->objects.clear();
        bucket_->honours_conditions = honours;
        lose_answer("PUT");
        EXPECT_EQ(put({"1", 1}, "a", "hello").value(), publication::published);
        EXPECT_EQ(bucket_->objects.at("a").content, "hello");
    }
}

TEST_F(s3_sink, completion_whose_answer_was_lost_is_published_once) {
    const auto made = finished({"1", 1}, "big", large_);
    static_cast<void>(stage(*made));
    lose_answer("POST");
    EXPECT_EQ(publish(*made).value(), publication::published);
    EXPECT_EQ(bucket_->objects.at("big").content, large_);
}

TEST_F(s3_sink, completion_that_fails_behind_a_good_status_is_no_success) {
    const auto made = finished({"1", 1}, "big", large_);
    static_cast<void>(stage(*made));
    bucket_->before = [](const http_request& request) -> answers {
        if (request.method != "POST") return {};
        return refusal(200, "InternalError");
    };
    const auto outcome = publish(*made);
    ASSERT_FALSE(outcome);
    EXPECT_TRUE(is_transient(outcome.error().code));
    EXPECT_TRUE(bucket_->objects.empty());
}

TEST_F(s3_sink, part_with_another_etag_is_damage_and_the_file_is_sent_again) {
    auto made = sink_->begin({"1", 1}, key("big"), {}).value();
    bucket_->after = [](const http_request& request) -> answers {
        if (!request.url.contains("partNumber=1")) return {};
        return http_answer{.status = 200, .headers = {{"etag", "\"wrong\""}}};
    };
    EXPECT_TRUE(made->write(large_));
    EXPECT_TRUE(made->finish(key("big"), crypto::sha256(large_)));
    static_cast<void>(stage(*made));
    const auto outcome = publish(*made);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::damaged);
    EXPECT_TRUE(is_transient(outcome.error().code));
    bucket_->after = {};
    EXPECT_TRUE(sink_->discard({.key = key("big"), .evidence = "1-1:upload-001"}));
    EXPECT_EQ(put({"1", 2}, "big", large_).value(), publication::published);
}

TEST_F(s3_sink, storage_that_keeps_less_than_it_took_is_noticed) {
    bucket_->after = [this](const http_request& request) -> answers {
        if (request.method == "PUT") bucket_->objects.at("a").content = "hel";
        return {};
    };
    EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, errc::conflict);
    bucket_->objects.clear();
    bucket_->after = [this](const http_request& request) -> answers {
        if (request.method == "PUT") bucket_->objects.clear();
        return {};
    };
    EXPECT_EQ(put({"2", 1}, "a", "hello").error().code, errc::damaged);
}

TEST_F(s3_sink, upload_that_was_taken_away_cannot_be_published) {
    const auto slow = finished({"1", 1}, "big", large_);
    const auto staged = stage(*slow);
    EXPECT_TRUE(sink_->discard(staged));
    EXPECT_EQ(publish(*slow).error().code, errc::fenced_off);
    EXPECT_EQ(put({"1", 2}, "big", large_).value(), publication::published);
    EXPECT_TRUE(sink_->discard(staged));
}

TEST_F(s3_sink, part_of_an_upload_that_is_gone_ends_the_file) {
    auto made = sink_->begin({"1", 1}, key("big"), {}).value();
    EXPECT_TRUE(made->write(large_));
    bucket_->uploads.clear();
    EXPECT_EQ(made->finish(key("big"), crypto::sha256(large_)).error().code, errc::fenced_off);
}

TEST_F(s3_sink, recover_completes_an_upload_with_more_parts_than_a_page) {
    auto made = sink_->begin({"1", 1}, key("big"), {}).value();
    const std::string five = std::string(4 * smallest_part, 'c') + "end";
    EXPECT_TRUE(made->write(five));
    EXPECT_TRUE(made->finish(key("big"), crypto::sha256(five)));
    const auto file = stage(*made);
    made.reset();
    bucket_->page = 2;
    EXPECT_EQ(sink_->recover(file).value(), recovery::published);
    EXPECT_EQ(bucket_->objects.at("big").content.size(), five.size());
    EXPECT_EQ(sink_->recover(file).value(), recovery::published);
}

TEST_F(s3_sink, recover_knows_what_had_been_published) {
    const auto small = finished({"1", 1}, "a", "hello");
    const auto file = stage(*small);
    EXPECT_TRUE(publish(*small));
    EXPECT_EQ(sink_->recover(file).value(), recovery::published);
    // The same content by another owner, and other content.
    auto other = file;
    other.evidence = "9-9";
    EXPECT_EQ(sink_->recover(other).value(), recovery::already_there);
    other.sha256 = crypto::sha256("jello");
    EXPECT_EQ(sink_->recover(other).error().code, errc::conflict);
}

TEST_F(s3_sink, recover_calls_lost_what_nothing_proves) {
    EXPECT_EQ(sink_->recover(left_staged({"1", 1}, "a", "hello")).value(), recovery::lost);
    const auto large = left_staged({"2", 1}, "big", large_);
    bucket_->uploads.clear();
    EXPECT_EQ(sink_->recover(large).value(), recovery::lost);
}

TEST_F(s3_sink, upload_whose_parts_the_storage_cannot_list_is_aborted_and_lost) {
    for (const auto& [status, code] : {std::pair{405, "MethodNotAllowed"}, std::pair{501, "NotImplemented"}}) {
        const auto large = left_staged({"2", 1}, "big", large_);
        ASSERT_EQ(bucket_->uploads.size(), 1U);
        fail_first("GET", 1, refusal(status, code));
        EXPECT_EQ(sink_->recover(large).value(), recovery::lost) << status;
        EXPECT_TRUE(bucket_->uploads.empty()) << status;
        EXPECT_TRUE(bucket_->objects.empty()) << status;
    }
}

TEST_F(s3_sink, recover_of_an_unreachable_storage_is_an_error_and_not_a_loss) {
    const auto file = left_staged({"1", 1}, "a", "hello");
    fail_first("HEAD", 99, no_answer());
    EXPECT_EQ(sink_->recover(file).error().code, errc::unavailable);
}

TEST_F(s3_sink, sweep_aborts_old_uploads_of_nobody_under_its_prefix) {
    open({.endpoint = "http://storage.test", .bucket = "bucket", .prefix = "in/"});
    bucket_->page = 2;
    bucket_->uploads = {
        {"known", {.key = "in/a"}},        {"old-1", {.key = "in/b"}},
        {"old-2", {.key = "in/c"}},        {"old-3", {.key = "in/d"}},
        {"other", {.key = "elsewhere/a"}}, {"young", {.key = "in/e", .begun = "2026-01-17T12:00:00.000Z"}}};
    const liveness alive{.claim = {}, .upload = [](std::string_view id) { return id == "known"; }};
    const auto report = sink_->sweep(alive).value();
    EXPECT_EQ(report.removed, 3U);
    EXPECT_EQ(report.kept, 2U);
    EXPECT_EQ(bucket_->uploads.size(), 3U);
    EXPECT_TRUE(bucket_->uploads.contains("other"));
}

TEST_F(s3_sink, listings_without_end_are_a_bad_answer) {
    bucket_->before = [](const http_request& request) -> answers {
        if (!request.url.contains("uploads=")) return {};
        return http_answer{
            .status = 200,
            .body =
                "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker>"
                "</ListMultipartUploadsResult>"};
    };
    EXPECT_EQ(sink_->sweep({.claim = {}, .upload = [](auto) { return false; }}).error().code, errc::bad_answer);
    const auto file = left_staged({"2", 1}, "a", "x");
    auto large = file;
    large.evidence = "2-1:upload-009";
    bucket_->before = [](const http_request& request) -> answers {
        if (request.method != "GET") return {};
        return http_answer{.status = 200, .body = "<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>"};
    };
    EXPECT_EQ(sink_->recover(large).error().code, errc::bad_answer);
}

TEST_F(s3_sink, answers_that_lack_what_matters_are_bad_answers) {
    const auto answer_all = [this](http_answer answer) {
        bucket_->before = [answer](const http_request&) -> answers { return answer; };
    };
    auto made = sink_->begin({"1", 1}, key("big"), {}).value();
    for (const char* body :
         {"", "<InitiateMultipartUploadResult/>", "<Other/>",
          "<InitiateMultipartUploadResult><UploadId>a b</UploadId></InitiateMultipartUploadResult>"}) {
        answer_all({.status = 200, .body = body});
        EXPECT_EQ(sink_->begin({"1", 1}, key("big"), {}).value()->write(large_).error().code, errc::bad_answer) << body;
    }
    answer_all({.status = 200});
    EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, errc::bad_answer);
    answer_all({.status = 200, .headers = {{"content-length", "5x"}}});
    EXPECT_EQ(put({"1", 1}, "a", "hello").error().code, errc::bad_answer);
}

}  // namespace
}  // namespace gangway::sink
