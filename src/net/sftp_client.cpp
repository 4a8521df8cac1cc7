#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/sftp_client.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

namespace gangway::net {

call_pipeline::~call_pipeline() {
    for (const auto& call : slots_) {
        call.client->session_.abandon(call.id);
        call.client->flush_soon();
    }
}

awaitable<completed_call> call_pipeline::next() {
    if (ended_.empty()) co_await client_.suspend(waiting_);
    auto first = std::move(ended_.front());
    ended_.pop_front();
    co_return first;
}

void call_pipeline::take(slot& call, base::result<sftp::reply> answer) {
    ended_.push_back({call.tag, std::move(answer)});
    slots_.erase(call.self);
    client_.resume_soon(waiting_);
}

sftp_client::sftp_client(std::unique_ptr<byte_channel> channel, std::chrono::milliseconds operation)
    : channel_(std::move(channel)),
      operation_(operation),
      watchdog_(channel_->executor()),
      life_(std::make_shared<const bool>(true)) {
}

sftp_client::~sftp_client() {
    on_end_ = {};
    fail({errc::connection_lost, base::phase::sftp, "the SFTP session was closed here"});
}

async_result<std::unique_ptr<sftp_client>> sftp_client::start(std::unique_ptr<byte_channel> channel,
                                                              std::chrono::milliseconds operation) {
    auto client = begin(std::move(channel), operation);
    const auto ready = co_await client->greeted();
    if (!ready) co_return std::unexpected(ready.error());
    co_return client;
}

std::unique_ptr<sftp_client> sftp_client::begin(std::unique_ptr<byte_channel> channel,
                                                std::chrono::milliseconds operation) {
    std::unique_ptr<sftp_client> client{new sftp_client{std::move(channel), operation}};
    client->channel_->listen(*client);
    client->session_.start();
    client->flush();
    return client;
}

async_result<void> sftp_client::greeted() {
    co_return co_await with_deadline(await_version(), operation_, base::phase::subsystem, "the server's SFTP greeting");
}

async_result<void> sftp_client::await_version() {
    if (!session_.ready() && !failure_) co_await suspend(version_);
    if (failure_) co_return std::unexpected(*failure_);
    co_return base::result<void>{};
}

awaitable<void> sftp_client::suspend(resumption& place) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(boost::system::error_code)>(
        [this, &place](auto handler) {
            auto slot = asio::get_associated_cancellation_slot(handler);
            place = [handler = std::move(handler), slot](boost::system::error_code code) mutable {
                // A signal that comes after this must not find a place that is gone.
                slot.clear();
                std::move(handler)(code);
            };
            if (!slot.is_connected()) return;
            slot.assign([this, &place](asio::cancellation_type) {
                if (!place) return;  // about to be resumed
                asio::post(executor(),
                           [resume = std::exchange(place, {})]() mutable { resume(asio::error::operation_aborted); });
            });
        },
        asio::use_awaitable);
}

void sftp_client::resume_soon(resumption& place) {
    if (!place) return;
    if (!due_) {
        due_ = std::make_shared<resumptions>();
        asio::post(executor(), [due = due_, life = std::weak_ptr{life_}, this] {
            if (!life.expired()) due_.reset();
            for (auto& resume : *due)
                resume({});
        });
    }
    due_->push_back(std::exchange(place, {}));
}

void sftp_client::submitted() {
    if (session_.in_flight() == 1) moved_ = std::chrono::steady_clock::now();
    flush_soon();
    watch();
}

void sftp_client::received(std::string_view octets) {
    moved_ = std::chrono::steady_clock::now();
    const auto understood = session_.receive(octets);
    while (auto done = session_.next()) {
        auto& call = *reinterpret_cast<call_pipeline::slot*>(static_cast<std::uintptr_t>(done->token));
        call.owner->take(call, std::move(done->answer));
    }
    if (!understood) return fail(understood.error());
    if (session_.ready()) {
        usable_ = true;
        resume_soon(version_);
    }
    if (session_.output_size() != 0) flush_soon();
}

void sftp_client::fail(base::error why) {
    if (failure_) return;
    if (!usable_) {  // it never came up
        why.where = base::phase::subsystem;
        if (why.code == errc::channel_closed) why.code = errc::subsystem_unavailable;
    }
    usable_ = false;
    failure_ = std::move(why);
    watchdog_.cancel();
    for (const auto token : session_.drain()) {
        auto& call = *reinterpret_cast<call_pipeline::slot*>(static_cast<std::uintptr_t>(token));
        call.owner->take(call, std::unexpected(*failure_));
    }
    resume_soon(version_);
    if (on_end_) std::exchange(on_end_, {})();
}

void sftp_client::on_end(std::move_only_function<void()> listener) {
    if (failure_) return listener();
    on_end_ = std::move(listener);
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
