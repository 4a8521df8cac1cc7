#pragma once
/// One channel of a link on the project's own SSH client.

#include "ssh_core.hpp"

#include <gangway/net/byte_channel.hpp>

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace gangway::net {

/// Octets go from the machine's receive buffer straight to the listener.
class ssh_channel final : public byte_channel {
  public:
    explicit ssh_channel(std::shared_ptr<ssh_core> core);
    ~ssh_channel() override;

    /// Asks for the channel and, once it is there, for the subsystem, so that opening it takes less time later.
    void ask();
    /// Opens the channel and asks for the subsystem. Errors: `subsystem_unavailable`, or why the connection ended. The
    /// channel may be used before the server has answered: one that refuses the subsystem ends it, with the same error.
    [[nodiscard]] async_result<void> open_sftp();

    [[nodiscard]] asio::any_io_executor executor() const override { return core_->executor(); }
    void listen(channel_listener& listener) override;
    std::size_t write(std::string_view octets) override;

    // For the core.
    void take(const ssh::channel_opened&);
    void take(const ssh::channel_refused& refused);
    void take(const ssh::request_answered& answered);
    void take(const ssh::channel_data& data);
    void take(const ssh::channel_writable&);
    void take(const ssh::channel_ended&);
    void take(const ssh::channel_closed& closed);
    void fail(const base::error& why);
    /// Hands out what came before there was a listener. The listener may destroy the channel.
    void deliver_aside();
    /// Tells the listener of the end, once. It may destroy the channel.
    void tell_end();

  private:
    [[nodiscard]] awaitable<void> opened();
    void end(std::string_view complaints);

    std::shared_ptr<ssh_core> core_;  ///< shared with the link, other channels and handlers
    asio::steady_timer waiting_;      ///< rung when the server answered, or never can
    std::optional<ssh::channel_id> id_{};
    bool opened_ = false;                   ///< has the server opened it?
    std::optional<base::error> failure_{};  ///< why is the stream over?
    channel_listener* listener_ = nullptr;
    std::string aside_{};  ///< what came before there was a listener
};

}  // namespace gangway::net
