#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/sftp_client.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace gangway::net {

sftp_client::sftp_client(std::unique_ptr<byte_channel> channel, std::chrono::milliseconds operation)
    : channel_(std::move(channel)),
      operation_(operation),
      watchdog_(channel_->executor()),
      life_(std::make_shared<const bool>(true)) {
}

sftp_client::~sftp_client() {
    fail({errc::connection_lost, base::phase::sftp, "the SFTP session was closed here"});
}

async_result<std::unique_ptr<sftp_client>> sftp_client::start(std::unique_ptr<byte_channel> channel,
                                                              std::chrono::milliseconds operation) {
    std::unique_ptr<sftp_client> client{new sftp_client{std::move(channel), operation}};
    client->channel_->listen(*client);
    client->session_.start();
    client->flush();
    auto ready = co_await with_deadline(client->await_version(), operation, base::phase::subsystem,
                                        "the server's SFTP greeting");
    if (!ready) {
        auto& why = ready.error();
        why.where = base::phase::subsystem;
        if (why.code == errc::connection_lost) why.code = errc::subsystem_unavailable;
        co_return std::unexpected(std::move(why));
    }
    co_return client;
}

async_result<void> sftp_client::await_version() {
    if (session_.ready()) co_return base::result<void>{};
    if (failure_) co_return std::unexpected(*failure_);
    waiter mine;
    version_ = &mine;
    const auto answer = co_await completion_of(mine);
    if (session_.ready()) co_return base::result<void>{};
    co_return std::unexpected(failure_.value_or(base::error{errc::connection_lost, base::phase::subsystem, ""}));
}

async_result<sftp::reply> sftp_client::completion_of(waiter& mine) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code, outcome)>(
        [this, &mine](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            mine.resume = [handler = std::move(handler), slot](boost::system::error_code code, outcome what) mutable {
                // A signal that comes after this must not find a waiter that is gone.
                slot.clear();
                std::move(handler)(code, std::move(what));
            };
            if (!slot.is_connected()) return;
            slot.assign([this, &mine](asio::cancellation_type) {
                if (!mine.resume) return;  // the answer is on its way
                if (version_ == &mine)
                    version_ = nullptr;
                else
                    session_.abandon(mine.id);
                flush_soon();
                asio::post(executor(), [resume = std::move(mine.resume)]() mutable {
                    resume(asio::error::operation_aborted, base::fail(errc::timed_out, base::phase::sftp, "cancelled"));
                });
            });
        },
        asio::use_awaitable);
}

void sftp_client::submitted() {
    if (session_.in_flight() == 1) moved_ = std::chrono::steady_clock::now();
    flush_soon();
    watch();
}

void sftp_client::finish(waiter& call, outcome what) {
    if (!call.resume) return;
    if (!finished_) {
        finished_ = std::make_shared<finished_calls>();
        asio::post(executor(), [calls = finished_, life = std::weak_ptr{life_}, this] {
            if (!life.expired()) finished_.reset();
            for (auto& [resume, answer] : *calls)
                resume({}, std::move(answer));
        });
    }
    finished_->emplace_back(std::exchange(call.resume, {}), std::move(what));
}

void sftp_client::received(std::string_view octets) {
    moved_ = std::chrono::steady_clock::now();
    const auto understood = session_.receive(octets);
    while (auto done = session_.next())
        finish(*reinterpret_cast<waiter*>(static_cast<std::uintptr_t>(done->token)), std::move(done->answer));
    if (!understood) return fail(understood.error());
    if (version_ != nullptr && session_.ready())
        finish(*std::exchange(version_, nullptr), base::fail(errc::timed_out, base::phase::sftp, "ready"));
    if (session_.output_size() != 0) flush_soon();
}

void sftp_client::fail(base::error why) {
    if (failure_) return;
    failure_ = std::move(why);
    watchdog_.cancel();
    for (const auto token : session_.drain())
        finish(*reinterpret_cast<waiter*>(static_cast<std::uintptr_t>(token)), std::unexpected(*failure_));
    if (version_ != nullptr) finish(*std::exchange(version_, nullptr), std::unexpected(*failure_));
}

void sftp_client::flush_soon() {
    if (std::exchange(flush_posted_, true)) return;
    asio::post(executor(), [life = std::weak_ptr{life_}, this] {
        if (life.expired()) return;
        flush_posted_ = false;
        flush();
    });
}

void sftp_client::flush() {
    if (failure_) return;
    for (auto waiting = session_.output(); !waiting.empty(); waiting = session_.output()) {
        const auto taken = channel_->write(waiting);
        session_.consumed(taken);
        if (taken != 0) moved_ = std::chrono::steady_clock::now();
        if (taken < waiting.size()) return;
    }
}

void sftp_client::watch() {
    if (failure_ || std::exchange(watching_, true)) return;
    watchdog_.expires_at(moved_ + operation_);
    watchdog_.async_wait([life = std::weak_ptr{life_}, this](boost::system::error_code code) {
        if (code || life.expired()) return;
        watching_ = false;
        if (session_.in_flight() == 0) return;
        if (std::chrono::steady_clock::now() >= moved_ + operation_)
            return fail(timed_out(base::phase::sftp, "the server's answer", operation_));
        watch();
    });
}

}  // namespace gangway::net
