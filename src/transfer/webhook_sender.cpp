#include <gangway/base/escape.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/sink/errors.hpp>
#include <gangway/transfer/notices.hpp>
#include <gangway/transfer/webhook_sender.hpp>
#include <gangway/transfer/webhook_url.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <utility>

namespace gangway::transfer {
namespace {

namespace asio = net::asio;

/// Few enough to be over before another process may take them.
constexpr std::size_t taken_at_a_time = 24;
constexpr std::size_t receivers_at_a_time = 4;

std::string signature(std::string_view secret, std::string_view stamp, std::string_view body) {
    const auto mac = crypto::hmac_sha256(secret, std::string{stamp}.append(".").append(body));
    std::string text = "v1=";
    for (const char octet : mac)
        fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(octet));
    return text;
}

}  // namespace

/// A delivery, where it goes, and what signs it.
struct webhook_sender::order {
    store::delivery row;
    std::optional<store::webhook> to;
    std::optional<store::sealed_secret> secret;
};

struct webhook_sender::outcome {
    std::string error{};   ///< empty: delivered
    bool silent = false;   ///< there was no answer, so the next one would have none either
    bool stopped = false;  ///< by us: not the receiver's fault
    bool hopeless = false;
};

webhook_sender::webhook_sender(const asio::any_io_executor& where, webhook_tools with)
    : strand_(asio::make_strand(where)), tools_(std::move(with)), pause_(strand_) {
}

net::async_result<std::vector<webhook_sender::orders>> webhook_sender::take() {
    // Mostly nothing is due, and to find that out no transaction that writes is needed.
    const auto due = co_await tools_.database.read([](store::transaction& tx) {
        const auto next = store::webhooks::next(tx);
        return next && *next <= tx.now();
    });
    if (!due) co_return std::unexpected(due.error());
    if (!*due) co_return std::vector<orders>{};
    co_return co_await tools_.database.write([](store::transaction& tx) {
        std::map<std::string, orders> by_webhook;
        for (auto& row : store::webhooks::take_due(tx, tx.now() + taken_for, taken_at_a_time)) {
            auto hook = store::webhooks::find(tx, row.webhook_id);
            auto secret = store::secrets::find(tx, store::secrets::of_webhook, row.webhook_id, webhook_secret_purpose);
            by_webhook[row.webhook_id].push_back({std::move(row), std::move(hook), std::move(secret)});
        }
        std::vector<orders> taken;
        for (auto& [id, of_one] : by_webhook)
            taken.push_back(std::move(of_one));
        return taken;
    });
}

net::awaitable<webhook_sender::outcome> webhook_sender::attempt(const order& which) {
    if (!which.to || !which.to->enabled) co_return outcome{.error = "the webhook is switched off", .hopeless = true};
    const auto url = webhook_url::parse(which.to->url);
    if (!url) co_return outcome{.error = url.error().message, .hopeless = true};
    if (const auto allowed = tools_.egress.check(url->host()); !allowed)
        co_return outcome{.error = allowed.error().message};
    if (!which.secret) co_return outcome{.error = "the webhook has no secret"};
    const auto secret = tools_.secrets.text(*which.secret);
    if (!secret) co_return outcome{.error = secret.error().message};

    const auto stamp =
        std::to_string(std::chrono::floor<std::chrono::seconds>(tools_.clock.wall()).time_since_epoch().count());
    const sink::http_request request{
        .method = "POST",
        .url = url->text(),
        .headers = {{"Content-Type", "application/json"},
                    {"User-Agent", "Gangway"},
                    {"Gangway-Event", which.row.event},
                    {"Gangway-Delivery", which.row.id},
                    {"Gangway-Timestamp", stamp},
                    {"Gangway-Signature", signature(secret->view(), stamp, which.row.payload)}},
        .body = which.row.payload};
    const auto answer = co_await net::run_blocking(tools_.threads, [&] { return tools_.transport.perform(request); });
    if (!answer) {
        const bool ours = answer.error().code == sink::errc::cancelled;
        co_return outcome{.error = ours ? "the gateway was stopped meanwhile" : answer.error().message,
                          .silent = true,
                          .stopped = ours};
    }
    if (answer->status / 100 == 2) co_return outcome{};
    if (answer->status / 100 == 3)
        co_return outcome{.error = fmt::format("the receiver answered {}: redirects are not followed", answer->status)};
    co_return outcome{.error = fmt::format("the receiver answered {}", answer->status)};
}

net::async_result<void> webhook_sender::note(const order& which, const outcome& how) {
    const auto& row = which.row;
    auto over = co_await tools_.database.write([&](store::transaction& tx) {
        if (how.error.empty()) {
            store::webhooks::delivered(tx, row.id);
            return true;
        }
        const auto tries = static_cast<unsigned>(std::min<std::int64_t>(row.attempts, 64));
        const auto wait =
            how.stopped ? std::chrono::milliseconds{0} : between_tries.wait(tries, model::seed_of(row.id) + tries);
        std::optional<store::timestamp> next = tx.now() + wait;
        if (how.hopeless || *next > row.created_at + give_up_after) next.reset();
        store::webhooks::failed(tx, row.id, how.error, next);
        return !next;
    });
    if (!over) co_return std::unexpected(std::move(over.error()));
    if (tools_.report)
        tools_.report({.webhook_id = row.webhook_id,
                       .delivery_id = row.id,
                       .event = row.event,
                       .attempt = row.attempts,
                       .error = how.error,
                       .given_up = *over && !how.error.empty()});
    co_return base::result<void>{};
}

net::async_result<void> webhook_sender::deliver(const orders& of_one, std::size_t& delivered) {
    bool silent = false;
    for (const auto& each : of_one) {
        auto how = silent ? outcome{.error = "not tried: the receiver did not answer the delivery before"}
                          : co_await attempt(each);
        // What is stopped is tried again at once by the next process, and so is what comes behind it.
        if (stopping_ && silent) how.stopped = true;
        silent = silent || how.silent;
        if (how.error.empty()) ++delivered;
        if (auto noted = co_await note(each, how); !noted) co_return noted;
    }
    co_return base::result<void>{};
}

net::awaitable<void> webhook_sender::work(std::vector<orders>& left, std::size_t& delivered) {
    while (!left.empty()) {
        const auto of_one = std::move(left.back());
        left.pop_back();
        // What could not be noted is taken again when its time with this process is over.
        static_cast<void>(co_await deliver(of_one, delivered));
    }
}

net::async_result<std::size_t> webhook_sender::deliver_due() {
    co_return co_await net::await_on<base::result<std::size_t>>(strand_, round());
}

net::async_result<std::size_t> webhook_sender::round() {
    auto taken = co_await take();
    if (!taken) co_return std::unexpected(std::move(taken.error()));
    std::size_t delivered = 0;
    std::size_t running = std::min(receivers_at_a_time, taken->size());
    if (running == 0) co_return delivered;
    const auto all_done = std::make_shared<net::bell>();
    for (std::size_t i = running; i > 0; --i)
        asio::co_spawn(strand_, work(*taken, delivered), [&running, all_done](const std::exception_ptr& failure) {
            if (--running == 0) all_done->ring();
            if (failure) std::rethrow_exception(failure);
        });
    co_await all_done->wait();
    co_return delivered;
}

net::awaitable<void> webhook_sender::look_again_and_again() {
    while (!stopping_) {
        const auto delivered = co_await round();
        if (stopping_) break;
        if (delivered && *delivered != 0) continue;
        boost::system::error_code stopped;
        pause_.expires_after(look_every);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    }
}

void webhook_sender::start() {
    asio::co_spawn(strand_, look_again_and_again(), [ended = ended_](const std::exception_ptr& failure) {
        ended->ring();
        if (failure) std::rethrow_exception(failure);
    });
}

net::awaitable<void> webhook_sender::stop() {
    constexpr auto on_strand = [](webhook_sender& self) -> net::awaitable<bool> {
        self.stopping_ = true;
        self.pause_.cancel();
        co_await self.ended_->wait();
        co_return true;
    };
    co_await net::await_on<bool>(strand_, on_strand(*this));
}

}  // namespace gangway::transfer
