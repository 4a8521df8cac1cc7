#pragma once
/// SFTP over a byte channel, for coroutines: many calls at once on one channel.

#include <gangway/net/asio.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/server_features.hpp>
#include <gangway/sftp/session.hpp>

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gangway::net {

class sftp_client;

/// How a call of a pipeline ended.
struct completed_call {
    std::uint64_t tag;  ///< the caller's own, from `start`
    base::result<sftp::reply> answer;
};

/// Several calls of one coroutine at once: start as many as wanted, then take their ends as they come, in the order of
/// arrival. Runs on the client's strand; the client outlives it. Destroying it abandons what is in flight.
class call_pipeline {
  public:
    explicit call_pipeline(sftp_client& client) noexcept : client_(client) {}
    ~call_pipeline();
    call_pipeline(const call_pipeline&) = delete;
    call_pipeline& operator=(const call_pipeline&) = delete;

    /// Sends a request; what it views is copied before this returns.
    /// Errors, with nothing started: those of `sftp::session::submit`, or why the client is no longer usable.
    template <sftp::request_message Request>
    [[nodiscard]] base::result<void> start(const Request& request, std::uint64_t tag = 0) {
        return start_on(client_, request, tag);
    }
    /// The same through another client, which is on the same strand and outlives this as well.
    template <sftp::request_message Request>
    [[nodiscard]] base::result<void> start_on(sftp_client& client, const Request& request, std::uint64_t tag = 0);

    /// The next call that ended; there must be one outstanding. Its error is `connection_lost`, `timed_out` or
    /// `sftp::errc::protocol_error`; a status of the server is an answer. Cancelling leaves the calls in flight.
    [[nodiscard]] awaitable<completed_call> next();

    /// Whether `next` would return at once.
    [[nodiscard]] bool ready() const noexcept { return !ended_.empty(); }
    /// Calls started and not yet taken by `next`.
    [[nodiscard]] std::size_t outstanding() const noexcept { return slots_.size() + ended_.size(); }

  private:
    friend class sftp_client;
    /// One call in flight; its address is the request's token.
    struct slot {
        call_pipeline* owner;
        sftp_client* client;
        std::uint64_t tag;
        sftp::request_id id = 0;
        std::list<slot>::iterator self{};
    };
    void take(slot& call, base::result<sftp::reply> answer);

    sftp_client& client_;
    std::list<slot> slots_{};
    std::deque<completed_call> ended_{};
    std::move_only_function<void(boost::system::error_code)> waiting_{};  ///< the coroutine inside `next`, if any
};

/// The client side of one SFTP channel. Calls may overlap freely; each awaits its own reply. Everything runs on the
/// channel's strand, the coroutines that call included.
///
/// Cancelling a call abandons it: the reply is swallowed when it comes, and a handle in it is closed.
/// When nothing moves for the operation limit while calls wait, the channel is given up and all of them end
/// `timed_out`.
class sftp_client final : private channel_listener {
  public:
    /// Sends INIT and awaits VERSION. `operation` is the limit for that, and later the limit without progress.
    /// Errors: `subsystem_unavailable`, `timed_out`, `sftp::errc::protocol_error`, `sftp::errc::unsupported_version`.
    [[nodiscard]] static async_result<std::unique_ptr<sftp_client>> start(std::unique_ptr<byte_channel> channel,
                                                                          std::chrono::milliseconds operation);
    /// The same without awaiting VERSION: calls of the draft itself may be made at once, and save a round trip. For
    /// servers that read on before they have answered INIT, such as OpenSSH's. `features` are empty until a call was
    /// answered. Where there is no SFTP, calls fail as `start` does.
    [[nodiscard]] static std::unique_ptr<sftp_client> begin(std::unique_ptr<byte_channel> channel,
                                                            std::chrono::milliseconds operation);
    /// Awaits VERSION. Errors: those of `start`.
    [[nodiscard]] async_result<void> greeted();
    ~sftp_client();
    sftp_client(const sftp_client&) = delete;
    sftp_client& operator=(const sftp_client&) = delete;

    [[nodiscard]] asio::any_io_executor executor() const { return channel_->executor(); }
    [[nodiscard]] const sftp::server_features& features() const noexcept { return session_.features(); }
    /// Whether VERSION came and calls can still succeed. From any thread.
    [[nodiscard]] bool usable() const noexcept { return usable_.load(std::memory_order_relaxed); }
    /// The shortest time that a call has taken so far: that of the path, however busy the channel is now. A second
    /// before the first call.
    [[nodiscard]] std::chrono::steady_clock::duration round_trip() const noexcept { return round_trip_; }
    void note_round_trip(std::chrono::steady_clock::duration one) noexcept { round_trip_ = std::min(round_trip_, one); }
    /// Octets of requests that have not been given to the channel, because its peer takes no more now.
    [[nodiscard]] std::size_t unsent() const noexcept { return session_.output_size(); }
    /// Told once, on the strand, when the session ends for whatever reason but the destruction of this object; at once
    /// if it has ended already.
    void on_end(std::move_only_function<void()> listener);
    /// Ends the session: every call that waits, and every later one, fails with `why`.
    void give_up(base::error why) { fail(std::move(why)); }

    /// Sends a request and returns the reply as it is: a status of the server is not an error here. What the request
    /// views must live until the awaitable is awaited. Errors: those of `call_pipeline::start` and `next`.
    template <sftp::request_message Request>
    [[nodiscard]] async_result<sftp::reply> call(Request request) {
        call_pipeline mine{*this};
        const auto began = std::chrono::steady_clock::now();
        const auto started = mine.start(request);
        if (!started) co_return std::unexpected(started.error());
        auto ended = co_await mine.next();
        note_round_trip(std::chrono::steady_clock::now() - began);
        co_return std::move(ended.answer);
    }

    /// The same for requests that only succeed or fail: the server's status is the error.
    template <sftp::request_message Request>
    [[nodiscard]] async_result<void> perform(Request request) {
        const auto answer = co_await call(request);
        if (!answer) co_return std::unexpected(answer.error());
        co_return answer->succeeded();
    }

    /// Sends a request whose answer nobody needs, such as the CLOSE of a handle that only was read. It is sent even if
    /// the caller goes away now.
    template <sftp::request_message Request>
    void send_and_forget(const Request& request) {
        if (!failure_ && session_.post(request)) flush_soon();
    }

    /// Gives a reply's buffer back for reuse.
    void recycle(sftp::reply&& spent) { session_.recycle(std::move(spent)); }

  private:
    friend class call_pipeline;
    using resumption = std::move_only_function<void(boost::system::error_code)>;
    using resumptions = std::vector<resumption>;

    sftp_client(std::unique_ptr<byte_channel> channel, std::chrono::milliseconds operation);

    [[nodiscard]] async_result<void> await_version();
    /// Suspends the calling coroutine until what it leaves in `place` is called. Cancelling resumes it at once.
    [[nodiscard]] awaitable<void> suspend(resumption& place);
    void resume_soon(resumption& place);
    void submitted();
    void fail(base::error why);
    void flush();
    void flush_soon();
    void watch();

    void received(std::string_view octets) override;
    void writable() override { flush(); }
    void closed(const base::error& why) override { fail(why); }

    std::unique_ptr<byte_channel> channel_;
    sftp::session session_{};
    std::chrono::milliseconds operation_;
    std::chrono::steady_clock::duration round_trip_ = std::chrono::seconds{1};
    asio::steady_timer watchdog_;
    std::chrono::steady_clock::time_point moved_{};  ///< when did octets last cross?
    std::optional<base::error> failure_{};           ///< why is it over?
    std::move_only_function<void()> on_end_{};       ///< who wants to know that it is over?
    resumption version_{};                           ///< who waits for VERSION?
    std::shared_ptr<resumptions> due_{};             ///< who goes on next? Shared with the posted handler
    std::shared_ptr<const bool> life_;               ///< posted handlers hold it weakly: is this object still there?
    std::atomic<bool> usable_ = false;               ///< ready and not failed?
    bool flush_posted_ = false;
    bool watching_ = false;
};

template <sftp::request_message Request>
base::result<void> call_pipeline::start_on(sftp_client& client, const Request& request, std::uint64_t tag) {
    if (client.failure_) return std::unexpected(*client.failure_);
    auto& call = slots_.emplace_back(slot{.owner = this, .client = &client, .tag = tag});
    const auto id = client.session_.submit(request, reinterpret_cast<std::uintptr_t>(&call));
    if (!id) {
        slots_.pop_back();
        return std::unexpected(id.error());
    }
    call.id = *id;
    call.self = std::prev(slots_.end());
    client.submitted();
    return {};
}

}  // namespace gangway::net
