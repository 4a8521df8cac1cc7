#pragma once
/// SFTP over a byte channel, for coroutines: many calls at once on one channel.

#include <gangway/net/asio.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/server_features.hpp>
#include <gangway/sftp/session.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gangway::net {

/// The client side of one SFTP channel. Calls may overlap freely; each awaits its own reply. Everything runs on the
/// channel's strand.
///
/// Cancelling a call abandons it: the reply is swallowed when it comes, and a handle in it is closed.
/// When nothing moves for `operation` while calls wait, the channel is given up and all of them end `timed_out`.
class sftp_client {
  public:
    /// Sends INIT and awaits VERSION; asks for `limits@openssh.com` where it is offered.
    /// Errors: those of `sftp::errc`, `subsystem_unavailable`, `connection_lost`, `timed_out`.
    [[nodiscard]] static async_result<std::unique_ptr<sftp_client>> start(std::unique_ptr<byte_channel> channel,
                                                                          std::chrono::milliseconds operation);
    virtual ~sftp_client() = default;

    [[nodiscard]] virtual asio::any_io_executor executor() const = 0;
    [[nodiscard]] virtual const sftp::server_features& features() const noexcept = 0;
    /// Whether calls can still succeed.
    [[nodiscard]] virtual bool usable() const noexcept = 0;

    /// Sends a request, and returns the reply as it is: a status of the server is not an error here.
    /// The views in `request` need to live only until this returns the awaitable.
    template <class Request>
    [[nodiscard]] async_result<sftp::reply> call(Request request);

    /// Gives a reply's buffer back for reuse.
    virtual void recycle(sftp::reply&& spent) noexcept = 0;
};

}  // namespace gangway::net
