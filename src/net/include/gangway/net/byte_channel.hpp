#pragma once
/// A stream of octets in both directions with back-pressure: what an SSH channel is to the SFTP client above it.

#include <gangway/base/error.hpp>
#include <gangway/net/asio.hpp>

#include <cstddef>
#include <string_view>

namespace gangway::net {

/// Told what happens on a channel, always on the channel's strand and never from inside a call into it.
/// After `closed` nothing more comes.
class channel_listener {
  public:
    /// Octets that arrived; the view ends with the call.
    virtual void received(std::string_view octets) = 0;
    /// The channel takes octets again after `write` took less than it was given.
    virtual void writable() = 0;
    /// The stream is over, by the peer or by a failure.
    virtual void closed(const base::error& why) = 0;

  protected:
    ~channel_listener() = default;
};

/// One stream. Destroying it closes it without waiting for the peer, and the listener hears nothing any more.
/// All calls are made on `executor()`, which is a strand.
class byte_channel {
  public:
    virtual ~byte_channel() = default;
    [[nodiscard]] virtual asio::any_io_executor executor() const = 0;
    /// Starts the deliveries to `listener`, which must live until the channel is destroyed. Called once.
    virtual void listen(channel_listener& listener) = 0;
    /// Takes as many octets from the front as the peer's window and the socket allow now, perhaps none, and says how
    /// many. If that is less than all, `writable` follows.
    virtual std::size_t write(std::string_view octets) = 0;
};

}  // namespace gangway::net
