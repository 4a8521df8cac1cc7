#pragma once
/// Something open on the server.

#include <gangway/net/sftp_client.hpp>

#include <string>
#include <utility>

namespace gangway::net {

/// Owns a handle and sends its CLOSE when it goes; nobody waits for the answer, so only for what was read.
class remote_handle {
  public:
    remote_handle(sftp_client& client, std::string_view handle) : client_(client), handle_(handle) {}
    ~remote_handle() { client_.send_and_forget(sftp::close_request{.handle = handle_}); }
    remote_handle(const remote_handle&) = delete;
    remote_handle& operator=(const remote_handle&) = delete;

    [[nodiscard]] const std::string& octets() const noexcept { return handle_; }

  private:
    sftp_client& client_;
    std::string handle_;
};

}  // namespace gangway::net
