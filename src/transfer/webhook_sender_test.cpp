#include <gangway/sink/errors.hpp>
#include <gangway/transfer/notices.hpp>
#include <gangway/transfer/webhook_sender.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

namespace gangway::transfer {
namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

class set_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
        return std::chrono::system_clock::time_point{std::chrono::microseconds{now}};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }
    void advance(std::chrono::microseconds by) { now += by.count(); }

    std::atomic<std::int64_t> now{1'768'478'400'000'000};  // also read by the database's thread
};

/// Answers as a test wants, and remembers what it was asked.
class scripted_transport final : public sink::http_transport {
  public:
    struct post {
        std::string url, body;
        std::map<std::string, std::string> headers;
    };

    base::result<sink::http_answer> perform(const sink::http_request& request) override {
        const std::scoped_lock lock{mutex_};
        EXPECT_EQ(request.method, "POST");
        posts.push_back({request.url, std::string{request.body}, {request.headers.begin(), request.headers.end()}});
        return answer(request);
    }

    std::function<base::result<sink::http_answer>(const sink::http_request&)> answer = [](const auto&) {
        return sink::http_answer{.status = 200};
    };
    std::vector<post> posts{};

  private:
    std::mutex mutex_{};
};

base::result<sink::http_answer> silence() {
    return base::fail(sink::errc::unavailable, base::phase::storage, "the receiver could not be reached: no");
}

class webhook_sender_test : public testing::Test {
  protected:
    ~webhook_sender_test() override { threads.join(); }

    template <class T>
    T run(net::awaitable<T> work) {
        constexpr auto kept = [](net::awaitable<T> inner, std::optional<T>& value) -> net::awaitable<void> {
            value.emplace(co_await std::move(inner));
        };
        std::optional<T> value;
        auto done = asio::co_spawn(io, kept(std::move(work), value), asio::use_future);
        io.restart();
        io.run();
        done.get();
        return std::move(*value);
    }
    template <class Work>
    auto write(Work work) {
        return run(database->write(std::move(work))).value();
    }
    void add(const std::string& id, const std::string& url, std::string_view secret = "s3cret") {
        const auto sealed = vault.seal(
            {.owner_kind = store::secrets::of_webhook, .owner_id = id, .purpose = webhook_secret_purpose}, secret);
        write([&](store::transaction& tx) {
            store::webhooks::add(tx, {.id = id, .url = url, .events = R"(["run_failed"])"});
            store::secrets::put(tx, sealed);
            return true;
        });
    }
    void enqueue(const std::string& id, const std::string& payload = "{}") {
        write([&](store::transaction& tx) {
            store::webhooks::enqueue(tx, id, "run_failed", payload);
            return true;
        });
    }
    std::vector<store::delivery> queue(const std::string& id) {
        return write([&](store::transaction& tx) { return store::webhooks::deliveries(tx, id, 100); });
    }
    std::size_t deliver() { return run(sender.deliver_due()).value(); }
    store::timestamp now() { return store::now(clock); }

    explicit webhook_sender_test(net::egress_mode mode = net::egress_mode::open)
        : egress({.mode = mode}),
          database(*store::async_database::open({.where = ":memory:"}, clock, {})),
          sender(io.get_executor(), {.database = *database,
                                     .secrets = vault,
                                     .egress = egress,
                                     .clock = clock,
                                     .transport = transport,
                                     .threads = threads,
                                     .report = [this](const auto& each) { reports.push_back(each); }}) {
        write([&](store::transaction& tx) { return store::secrets::add_master_key(tx, *vault.check_value(1)); });
    }

    set_clock clock{};
    vault::vault vault{vault::keyring::generate()};
    net::egress_policy egress;
    scripted_transport transport{};
    asio::thread_pool threads{2};
    asio::io_context io{1};
    std::unique_ptr<store::async_database> database;
    std::vector<delivery_report> reports{};
    webhook_sender sender;
};

TEST_F(webhook_sender_test, posts_the_payload_once_and_signs_it) {
    add("w", "https://hooks.example.com/x?y=z", "key");
    enqueue("w", "The quick brown fox");
    EXPECT_EQ(deliver(), 1U);
    ASSERT_EQ(transport.posts.size(), 1U);
    auto& sent = transport.posts[0];
    EXPECT_EQ(sent.url, "https://hooks.example.com/x?y=z");
    EXPECT_EQ(sent.body, "The quick brown fox");
    const auto row = queue("w").at(0);
    EXPECT_EQ(sent.headers["Gangway-Delivery"], row.id);
    EXPECT_EQ(sent.headers["Gangway-Event"], "run_failed");
    EXPECT_EQ(sent.headers["Gangway-Timestamp"], "1768478400");
    EXPECT_EQ(sent.headers["Content-Type"], "application/json");
    // printf '1768478400.The quick brown fox' | openssl dgst -sha256 -hmac key
    EXPECT_EQ(sent.headers["Gangway-Signature"], "v1=8b7340c59616fd30a27a3ebf40fc52721e496bdea4165e7007bbd4602c02a68d");
    EXPECT_EQ(row.delivered_at, now());
    EXPECT_FALSE(row.next_try);
    EXPECT_EQ(row.attempts, 1);

    clock.advance(48h);
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(transport.posts.size(), 1U);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].webhook_id, "w");
    EXPECT_EQ(reports[0].error, "");
    EXPECT_FALSE(reports[0].given_up);
}

TEST_F(webhook_sender_test, tries_again_after_growing_waits_and_gives_up_after_a_day) {
    add("w", "https://a.example/");
    enqueue("w");
    transport.answer = [](const auto&) { return sink::http_answer{.status = 500}; };
    const auto begun = now();
    std::chrono::microseconds longest{0};
    for (std::int64_t tries = 1;; ++tries) {
        EXPECT_EQ(deliver(), 0U);
        const auto row = queue("w").at(0);
        ASSERT_EQ(row.attempts, tries);
        EXPECT_EQ(row.error, "the receiver answered 500");
        EXPECT_EQ(reports.back().attempt, tries);
        EXPECT_EQ(reports.back().given_up, !row.next_try);
        if (!row.next_try) break;
        const auto wait = *row.next_try - now();
        EXPECT_GE(wait,
                  std::min<std::chrono::microseconds>(2500ms * (1LL << std::min<std::int64_t>(tries - 1, 20)), 30min));
        EXPECT_LE(wait, 1h);
        longest = std::max(longest, wait);
        clock.advance(wait - 1us);
        EXPECT_EQ(deliver(), 0U);
        EXPECT_EQ(static_cast<std::int64_t>(transport.posts.size()), tries) << "before its time";
        clock.advance(1us);
    }
    EXPECT_GT(longest, 30min);
    EXPECT_LE(now() - begun, 24h);
    EXPECT_GE(now() - begun, 22h);
    const auto tried = transport.posts.size();
    clock.advance(48h);
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(transport.posts.size(), tried);
    for (auto& post : transport.posts)
        EXPECT_EQ(post.headers["Gangway-Delivery"], transport.posts[0].headers["Gangway-Delivery"]);
    EXPECT_NE(transport.posts.front().headers["Gangway-Timestamp"],
              transport.posts.back().headers["Gangway-Timestamp"]);
}

TEST_F(webhook_sender_test, delivers_after_a_failure_that_passes) {
    add("w", "https://a.example/");
    enqueue("w");
    transport.answer = [](const auto&) { return silence(); };
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(queue("w").at(0).error, "the receiver could not be reached: no");
    transport.answer = [](const auto&) { return sink::http_answer{.status = 204}; };
    clock.advance(5s);
    EXPECT_EQ(deliver(), 1U);
    EXPECT_EQ(queue("w").at(0).error, "");
    EXPECT_EQ(queue("w").at(0).attempts, 2);
}

TEST_F(webhook_sender_test, takes_a_redirect_for_a_failure) {
    add("w", "https://a.example/");
    enqueue("w");
    transport.answer = [](const auto&) { return sink::http_answer{.status = 307}; };
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(transport.posts.size(), 1U);
    EXPECT_EQ(queue("w").at(0).error, "the receiver answered 307: redirects are not followed");
    EXPECT_TRUE(queue("w").at(0).next_try);
}

TEST_F(webhook_sender_test, waits_once_for_a_receiver_that_does_not_answer_and_still_serves_the_others) {
    add("dead", "https://dead.example/");
    add("well", "https://well.example/");
    for (int i = 0; i < 5; ++i)
        enqueue("dead");
    enqueue("well");
    transport.answer = [](const sink::http_request& request) -> base::result<sink::http_answer> {
        if (request.url.contains("dead")) return silence();
        return sink::http_answer{.status = 200};
    };
    EXPECT_EQ(deliver(), 1U);
    EXPECT_EQ(transport.posts.size(), 2U);
    int not_tried = 0;
    for (const auto& row : queue("dead")) {
        EXPECT_GT(row.next_try, now());
        not_tried += row.error.starts_with("not tried") ? 1 : 0;
    }
    EXPECT_EQ(not_tried, 4);
}

TEST_F(webhook_sender_test, keeps_the_order_of_one_webhook) {
    add("w", "https://a.example/");
    for (const auto* const payload : {"1", "2", "3"}) {
        enqueue("w", payload);
        clock.advance(1us);
    }
    EXPECT_EQ(deliver(), 3U);
    std::string order;
    for (const auto& post : transport.posts)
        order += post.body;
    EXPECT_EQ(order, "123");
}

TEST_F(webhook_sender_test, what_was_taken_by_a_process_that_died_is_due_again_later) {
    add("w", "https://a.example/");
    enqueue("w");
    write([&](store::transaction& tx) {
        return store::webhooks::take_due(tx, tx.now() + webhook_sender::taken_for, 10).size();
    });
    EXPECT_EQ(deliver(), 0U);
    clock.advance(webhook_sender::taken_for);
    EXPECT_EQ(deliver(), 1U);
    EXPECT_EQ(queue("w").at(0).attempts, 2);
}

TEST_F(webhook_sender_test, never_posts_without_a_secret_or_with_another_rows) {
    add("w", "https://a.example/");
    enqueue("w");
    const auto of_other = vault.seal(
        {.owner_kind = store::secrets::of_webhook, .owner_id = "x", .purpose = webhook_secret_purpose}, "s3cret");
    write([&](store::transaction& tx) { return store::secrets::remove(tx, store::secrets::of_webhook, "w"); });
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(queue("w").at(0).error, "the webhook has no secret");
    write([&](store::transaction& tx) {
        auto moved = of_other;
        moved.owner_id = "w";
        store::secrets::put(tx, moved);
        return true;
    });
    clock.advance(5s);
    EXPECT_EQ(deliver(), 0U);
    EXPECT_TRUE(transport.posts.empty());
    EXPECT_TRUE(queue("w").at(0).next_try);
}

TEST_F(webhook_sender_test, gives_up_what_belongs_to_a_webhook_that_is_switched_off) {
    add("w", "https://a.example/");
    enqueue("w");
    write([&](store::transaction& tx) {
        auto row = *store::webhooks::find(tx, "w");
        row.enabled = false;
        return store::webhooks::update(tx, row);
    });
    EXPECT_EQ(deliver(), 0U);
    EXPECT_TRUE(transport.posts.empty());
    EXPECT_FALSE(queue("w").at(0).next_try);
    EXPECT_TRUE(reports.at(0).given_up);
}

TEST_F(webhook_sender_test, what_its_own_stop_cut_off_is_due_at_once) {
    add("w", "https://a.example/");
    enqueue("w");
    transport.answer = [](const auto&) -> base::result<sink::http_answer> {
        return base::fail(sink::errc::cancelled, base::phase::storage, "stopped");
    };
    EXPECT_EQ(deliver(), 0U);
    EXPECT_EQ(queue("w").at(0).next_try, now());
}

TEST_F(webhook_sender_test, looks_at_the_queue_from_start_to_stop) {
    add("w", "https://a.example/");
    enqueue("w");
    constexpr auto start_and_stop = [](webhook_sender& of) -> net::awaitable<bool> {
        of.start();
        co_await of.stop();
        co_return true;
    };
    EXPECT_TRUE(run(start_and_stop(sender)));
    EXPECT_EQ(transport.posts.size(), 1U);
}

class webhook_sender_public_test : public webhook_sender_test {
  protected:
    webhook_sender_public_test() : webhook_sender_test(net::egress_mode::public_only) {}
};

TEST_F(webhook_sender_public_test, asks_the_egress_policy_about_the_name_before_anything_is_opened) {
    add("w", "http://localhost:8080/");
    enqueue("w");
    EXPECT_EQ(deliver(), 0U);
    EXPECT_TRUE(transport.posts.empty());
    EXPECT_NE(queue("w").at(0).error, "");
}

}  // namespace
}  // namespace gangway::transfer
