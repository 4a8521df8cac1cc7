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

    /// Opens the channel and starts the subsystem. Errors: `subsystem_unavailable`, or why the connection ended.
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
    [[nodiscard]] awaitable<void> answered();
    void answer(bool granted);
    void end(std::string_view complaints);

    std::shared_ptr<ssh_core> core_;  ///< shared with the link, other channels and handlers
    asio::steady_timer waiting_;      ///< rung when the server answered, or never can
    std::optional<ssh::channel_id> id_{};
    std::optional<bool> answer_{};          ///< what did the server say to the latest request?
    std::string reason_{};                  ///< why it refused the channel
    std::optional<base::error> failure_{};  ///< why is the stream over?
    channel_listener* listener_ = nullptr;
    std::string aside_{};  ///< what came before there was a listener
};

}  // namespace gangway::net
