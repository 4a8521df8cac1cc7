#pragma once
/// Something open on the server.

#include <gangway/net/sftp_client.hpp>

#include <string>
#include <utility>

namespace gangway::net {

/// Owns a handle. If it was not closed before, its CLOSE is sent when it goes, and nobody waits for the answer.
class remote_handle {
  public:
    remote_handle(sftp_client& client, std::string_view handle) : client_(client), handle_(handle) {}
    ~remote_handle() {
        if (open_) client_.send_and_forget(sftp::close_request{.handle = handle_});
    }
    remote_handle(const remote_handle&) = delete;
    remote_handle& operator=(const remote_handle&) = delete;

    [[nodiscard]] const std::string& octets() const noexcept { return handle_; }
    /// For what was written: the server may only now say that it could not.
    [[nodiscard]] async_result<void> close() {
        open_ = false;
        return client_.perform(sftp::close_request{.handle = handle_});
    }

  private:
    sftp_client& client_;
    std::string handle_;
    bool open_ = true;
};

}  // namespace gangway::net
