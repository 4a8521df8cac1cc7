#pragma once
/// SFTP over a byte channel, for coroutines: many calls at once on one channel.

#include <gangway/net/asio.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/server_features.hpp>
#include <gangway/sftp/session.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace gangway::net {

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
    ~sftp_client();
    sftp_client(const sftp_client&) = delete;
    sftp_client& operator=(const sftp_client&) = delete;

    [[nodiscard]] asio::any_io_executor executor() const { return channel_->executor(); }
    [[nodiscard]] const sftp::server_features& features() const noexcept { return session_.features(); }
    /// Whether calls can still succeed.
    [[nodiscard]] bool usable() const noexcept { return !failure_ && session_.ready(); }

    /// Sends a request and returns the reply as it is: a status of the server is not an error here. What the request
    /// views is copied as soon as the awaitable is awaited.
    /// Errors: those of `sftp::session::submit`, `connection_lost`, `timed_out`, `sftp::errc::protocol_error`.
    template <sftp::request_message Request>
    [[nodiscard]] async_result<sftp::reply> call(Request request) {
        if (failure_) co_return std::unexpected(*failure_);
        waiter mine;
        const auto id = session_.submit(request, token_of(mine));
        if (!id) co_return std::unexpected(id.error());
        mine.id = *id;
        submitted();
        co_return co_await completion_of(mine);
    }

    /// The same for requests that only succeed or fail: the server's status is the error.
    template <sftp::request_message Request>
    [[nodiscard]] async_result<void> perform(Request request) {
        const auto answer = co_await call(request);
        if (!answer) co_return std::unexpected(answer.error());
        co_return answer->succeeded();
    }

    /// Gives a reply's buffer back for reuse.
    void recycle(sftp::reply&& spent) { session_.recycle(std::move(spent)); }

  private:
    using outcome = base::result<sftp::reply>;
    using resumption = std::move_only_function<void(boost::system::error_code, outcome)>;

    /// A call that waits; lives in the caller's coroutine. Its address is the request's token.
    struct waiter {
        sftp::request_id id = 0;
        resumption resume{};
    };
    /// Calls that are over and go on once the stack is unwound.
    using finished_calls = std::vector<std::pair<resumption, outcome>>;

    sftp_client(std::unique_ptr<byte_channel> channel, std::chrono::milliseconds operation);

    static std::uint64_t token_of(waiter& call) noexcept { return reinterpret_cast<std::uintptr_t>(&call); }

    [[nodiscard]] async_result<sftp::reply> completion_of(waiter& mine);
    [[nodiscard]] async_result<void> await_version();
    void submitted();
    void finish(waiter& call, outcome what);
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
    asio::steady_timer watchdog_;
    std::chrono::steady_clock::time_point moved_{};  ///< when did octets last cross?
    std::optional<base::error> failure_{};           ///< why is it over?
    waiter* version_ = nullptr;                      ///< who waits for VERSION?
    std::shared_ptr<finished_calls> finished_{};     ///< who goes on next? Shared with the posted handler
    std::shared_ptr<const bool> life_;               ///< posted handlers hold it weakly: is this object still there?
    bool flush_posted_ = false;
    bool watching_ = false;
};

}  // namespace gangway::net
