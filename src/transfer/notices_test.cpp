#include <gangway/store/database.hpp>
#include <gangway/store/host_keys.hpp>
#include <gangway/transfer/notices.hpp>

#include <gtest/gtest.h>

namespace gangway::transfer {
namespace {

class standing_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{std::chrono::milliseconds{1'768'478'400'250}};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }
};

constexpr store::timestamp at{std::chrono::milliseconds{1'768'478'400'250}};  // 2026-01-15T12:00:00.250Z

notice of(notice_event what) {
    return {.event = what, .connection = {.id = "con_a", .name = "Acme \"1\""}};
}

TEST(notice_events, are_written_in_their_order_and_read_back) {
    const std::vector events{notice_event::file_missing, notice_event::run_failed};
    EXPECT_EQ(write_events(events), R"(["run_failed","file_missing"])");
    EXPECT_EQ(read_events(R"(["file_missing","run_failed"])"), events);
    EXPECT_EQ(write_events({}), "[]");
}

TEST(notice_events, that_are_no_array_of_known_names_are_not_read) {
    for (const auto* const text :
         {"", "[]", "{}", "null", R"("run_failed")", "[1]", R"(["run_filed"])", "[\"run_failed\"",
          R"(["run_failed","run_failed"])", R"(["run_failed"] x)", R"([["run_failed"]])"})
        EXPECT_FALSE(read_events(text)) << text;
}

TEST(notice_payload, of_a_failed_run_tells_run_folder_and_connection_and_nothing_else_of_them) {
    auto what = of(notice_event::run_failed);
    what.connection.host = "sftp.example.com";
    what.connection.username = "robin";
    what.folder = store::folder{.id = "fld_b", .name = "Orders", .remote_folder = "/out", .destination = "{secret}"};
    what.run = store::run{.id = "run_c",
                          .started_at = at,
                          .ended_at = at + std::chrono::milliseconds{1750},
                          .outcome = store::run_outcome::failed,
                          .listed = 3,
                          .failed = 2,
                          .error = "no route",
                          .key_id = "key_d",
                          .host_key = "SHA256:x",
                          .node = "a"};
    EXPECT_EQ(
        payload_of(what, at),
        R"({"event":"run_failed","at":"2026-01-15T12:00:00.250Z","connection":{"id":"con_a","name":"Acme \"1\""},)"
        R"("folder":{"id":"fld_b","name":"Orders","remoteFolder":"/out"},)"
        R"("run":{"id":"run_c","cause":"schedule","outcome":"failed","startedAt":"2026-01-15T12:00:00.250Z",)"
        R"("endedAt":"2026-01-15T12:00:02.000Z","listed":3,"pulled":0,"failed":2,"octets":0,"error":"no route",)"
        R"("key":"key_d","hostKey":"SHA256:x"}})");
}

TEST(notice_payload, of_octets_that_are_no_text_has_them_in_base64) {
    auto what = of(notice_event::file_missing);
    what.folder = store::folder{.id = "f", .name = "n", .remote_folder = "/\xFF\n"};
    what.missing = missing_file{.like = "a-*.csv", .due_by = at};
    EXPECT_EQ(
        payload_of(what, at),
        R"({"event":"file_missing","at":"2026-01-15T12:00:00.250Z","connection":{"id":"con_a","name":"Acme \"1\""},)"
        "\"folder\":{\"id\":\"f\",\"name\":\"n\",\"remoteFolder\":\"/\uFFFD\\n\",\"remoteFolderBase64\":\"L/8K\"},"
        R"("expected":{"like":"a-*.csv","dueBy":"2026-01-15T12:00:00.250Z"}})");
}

class notice_queue : public testing::Test {
  protected:
    template <class Work>
    auto write(Work work) {
        auto done = db->write(std::move(work));
        EXPECT_TRUE(done) << (done ? "" : done.error().message);
        return *std::move(done);
    }
    void add(const std::string& id, const std::string& events, bool enabled = true) {
        ASSERT_TRUE(db->write([&](store::transaction& tx) {
            store::webhooks::add(tx, {.id = id, .url = "https://a.example/", .events = events, .enabled = enabled});
        }));
    }
    std::vector<store::delivery> queued(const std::string& id) {
        return write([&](store::transaction& tx) { return store::webhooks::deliveries(tx, id, 10); });
    }

    standing_clock clock{};
    std::unique_ptr<store::database> db = *store::database::open({.where = ":memory:"}, clock);
};

TEST_F(notice_queue, gets_a_notice_for_each_enabled_webhook_that_wants_it) {
    add("wants", R"(["run_failed","run_recovered"])");
    add("also", R"(["run_failed"])");
    add("other", R"(["run_recovered"])");
    add("off", R"(["run_failed"])", false);
    add("broken", "run_failed");
    const auto what = of(notice_event::run_failed);
    EXPECT_EQ(write([&](store::transaction& tx) { return enqueue_notice(tx, what); }), 2U);
    for (const auto* const id : {"wants", "also"}) {
        ASSERT_EQ(queued(id).size(), 1U) << id;
        EXPECT_EQ(queued(id)[0].event, "run_failed");
        EXPECT_EQ(queued(id)[0].payload, payload_of(what, at));
        EXPECT_EQ(queued(id)[0].next_try, at);
    }
    for (const auto* const id : {"other", "off", "broken"})
        EXPECT_TRUE(queued(id).empty()) << id;
}

TEST_F(notice_queue, tells_both_fingerprints_of_a_quarantined_connection) {
    add("hook", R"(["host_key_changed"])");
    const std::string pinned = "SHA256:" + std::string(43, 'A');
    const std::string presented = "SHA256:" + std::string(43, 'B');
    write([&](store::transaction& tx) {
        EXPECT_EQ(store::connections::create(tx, {.id = "con_a", .name = "Acme", .host = "a.example", .username = "r"}),
                  store::changed::done);
        store::host_keys::pin(tx, {.connection_id = "con_a", .fingerprint = pinned, .key_type = "ssh-ed25519"});
        notice_quarantine(tx, "con_a");
        notice_quarantine(tx, "con_x");
        return true;
    });
    EXPECT_TRUE(queued("hook").empty());
    write([&](store::transaction& tx) {
        EXPECT_TRUE(store::host_keys::quarantine(tx, "con_a", presented, "ssh-ed25519"));
        notice_quarantine(tx, "con_a");
        return true;
    });
    ASSERT_EQ(queued("hook").size(), 1U);
    EXPECT_EQ(
        queued("hook")[0].payload,
        R"({"event":"host_key_changed","at":"2026-01-15T12:00:00.250Z","connection":{"id":"con_a","name":"Acme"},)"
        R"("hostKey":{"pinned":")" +
            pinned + R"(","presented":")" + presented + R"("}})");
}

}  // namespace
}  // namespace gangway::transfer
