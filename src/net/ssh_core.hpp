#pragma once
/// The moving part of a link on the project's own SSH client: octets between the socket and the machine.

#include <gangway/net/asio.hpp>
#include <gangway/net/identification.hpp>
#include <gangway/ssh/client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace gangway::net {

class ssh_channel;

/// Everything runs on the strand of the socket. Owned by the link, its channels, and the handlers that wait for the
/// socket, so that a handler which comes late finds a stopped core and not a destroyed one.
///
/// Until the login is done one coroutine at a time awaits events. Then `start` hands them to the channels.
class ssh_core : public std::enable_shared_from_this<ssh_core> {
  public:
    /// `key_time` is how long keys may be used (RFC 4253 section 9); the machine itself counts octets and packets.
    ssh_core(tcp::socket socket, ssh::options how, asio::steady_timer::duration key_time = std::chrono::hours{1});

    [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }
    [[nodiscard]] ssh::client& machine() noexcept { return machine_; }

    /// Says who we are and hears who the server is, as `await_identification`. First of all.
    [[nodiscard]] async_result<identification> exchange_identifications(std::chrono::milliseconds limit);
    /// The next event, before `start`. Its views live until the next call. Errors: `translate` in phase `where`.
    [[nodiscard]] async_result<ssh::event> next_event(base::phase where);
    /// From here on events go to channels.
    void start();

    void add(ssh::channel_id id, ssh_channel& channel);
    /// Closes the channel; it hears nothing any more.
    void remove(ssh::channel_id id) noexcept;
    /// Lets octets move soon, from a fresh stack.
    void schedule();
    /// Says goodbye if the socket takes it, and closes the socket. No channel hears anything any more.
    void stop() noexcept;

  private:
    enum class moved : bool { nothing, something };

    void pump();
    /// Hands out events until there are none; false if that ended the connection.
    [[nodiscard]] bool deliver();
    void dispatch(const ssh::event& news);
    [[nodiscard]] base::result<moved> flush();
    [[nodiscard]] base::result<moved> fill();
    void arm();
    void watch_idleness();
    void fail_all(const base::error& why);
    void settle();
    [[nodiscard]] std::vector<ssh::channel_id> open_channels() const;
    [[nodiscard]] ssh_channel* find(ssh::channel_id id) const noexcept;

    tcp::socket socket_;
    ssh::client machine_;
    asio::steady_timer idle_;
    asio::steady_timer::duration key_time_;
    std::map<ssh::channel_id, ssh_channel*> channels_{};
    asio::steady_timer::time_point keyed_;  ///< when were the keys last changed for their age?
    bool started_ = false;                  ///< do events go to channels?
    bool stopped_ = false;                  ///< is the link gone?
    bool failed_ = false;                   ///< did the channels hear of a failure?
    bool scheduled_ = false;                ///< is a pump posted?
    bool reading_ = false;                  ///< is a wait for readability under way?
    bool flushing_ = false;                 ///< is a wait for writability under way?
    bool watching_ = false;                 ///< is the idle timer running?
    bool busy_ = false;                     ///< did octets come since the idle timer was started?
    bool drained_ = false;                  ///< did the latest read leave nothing in the socket?
};

/// An error of the machine as this room names it.
[[nodiscard]] base::error translate(const base::error& why, base::phase where);

}  // namespace gangway::net
