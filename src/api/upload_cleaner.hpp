#pragma once
/// Removes the files of uploads that nobody finished.

#include "upload_store.hpp"

#include <gangway/net/asio.hpp>
#include <gangway/net/bell.hpp>
#include <gangway/remote/sessions.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <memory>

namespace gangway::api {

/// Looks every now and then; what it cannot remove it leaves to the server's owner.
class upload_cleaner : public std::enable_shared_from_this<upload_cleaner> {
  public:
    /// Both outlive the work: `stop` must have been awaited, or `executor` must run no more.
    upload_cleaner(const net::asio::any_io_executor& executor, upload_store& uploads, remote::sessions& servers);
    void start();
    /// Cancels what runs and returns when it is gone.
    [[nodiscard]] net::awaitable<void> stop();

  private:
    [[nodiscard]] static net::awaitable<void> run(std::shared_ptr<upload_cleaner> self);

    net::asio::any_io_executor strand_;
    upload_store& uploads_;
    remote::sessions& servers_;
    net::asio::cancellation_signal stop_{};
    std::shared_ptr<net::bell> gone_ = std::make_shared<net::bell>();  ///< shared with who waits in `stop`
};

/// Removes the temporary file of one upload, unless it was published.
[[nodiscard]] net::async_result<void> discard_upload(remote::sessions& servers, std::shared_ptr<stored_upload> upload);

}  // namespace gangway::api
