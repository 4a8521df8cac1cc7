#pragma once
/// The moving part of a link on libssh: the socket's readiness drives the library, which feeds the channels.

#include "libssh_session.hpp"

#include <gangway/net/byte_channel.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gangway::net {

class libssh_channel;

/// Everything runs on the strand of the socket. Owned by the link, and by the handlers that wait for the socket, so
/// that a handler which comes late finds a stopped core and not a destroyed one.
class libssh_core : public std::enable_shared_from_this<libssh_core> {
  public:
    libssh_core(tcp::socket socket, const std::vector<std::string>& preferred_host_keys)
        : socket_(std::move(socket)), session_(preferred_host_keys) {}

    [[nodiscard]] asio::any_io_executor executor() { return socket_.get_executor(); }
    [[nodiscard]] libssh_session& session() noexcept { return session_; }
    [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }

    /// Until the socket is ready for what libssh wants to do next. Only while no channel is driven.
    [[nodiscard]] awaitable<void> ready();
    /// Calls `step` until it no longer says `again`, and waits for the socket in between. The login functions have
    /// their own value for that.
    template <class Step>
    [[nodiscard]] awaitable<int> drive(Step step, int again = SSH_AGAIN) {
        int outcome = step();
        while (outcome == again && !stopped_) {
            co_await ready();
            outcome = step();
        }
        co_return outcome;
    }

    /// Channels that want their octets delivered.
    void add(libssh_channel& channel);
    void remove(libssh_channel& channel) noexcept;

    /// While libssh is inside a call that writes, it may read too; what comes then is delivered afterwards.
    [[nodiscard]] bool writing() const noexcept { return writing_; }
    /// Writes to `channel` without blocking; how many octets were taken.
    [[nodiscard]] std::size_t write(::ssh_channel channel, std::string_view octets);
    /// Lets the library work soon, from a fresh stack.
    void schedule();

    /// Closes the socket; waiting handlers end. No channel hears anything any more.
    void stop() noexcept;

  private:
    void pump();
    /// Runs the library until nothing moves; false if the turns ran out before.
    [[nodiscard]] bool turn();
    void arm();
    void fail_all();

    tcp::socket socket_;
    libssh_session session_;
    std::vector<libssh_channel*> channels_{};
    bool stopped_ = false;    ///< is the link gone?
    bool failed_ = false;     ///< did the channels hear of a failure?
    bool writing_ = false;    ///< is ssh_channel_write() on the stack?
    bool scheduled_ = false;  ///< is a pump posted?
    bool reading_ = false;    ///< is a wait for readability under way?
    bool flushing_ = false;   ///< is a wait for writability under way?
};

}  // namespace gangway::net
