#pragma once
/// One channel of a link on libssh.

#include "libssh_core.hpp"

namespace gangway::net {

/// libssh hands octets over as they are decrypted; they go straight to the listener.
class libssh_channel final : public byte_channel {
  public:
    explicit libssh_channel(std::shared_ptr<libssh_core> core);
    ~libssh_channel() override;

    /// Opens the channel and starts the subsystem. Errors: `subsystem_unavailable`, or the session's error.
    [[nodiscard]] async_result<void> open_sftp();

    [[nodiscard]] asio::any_io_executor executor() const override { return core_->executor(); }
    void listen(channel_listener& listener) override;
    std::size_t write(std::string_view octets) override;

    // -- for the core
    [[nodiscard]] ::ssh_channel handle() const noexcept { return handle_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Delivers what was put aside, asks for more window, and tells the listener of space and of the end.
    void settle();
    void fail(const base::error& why);

  private:
    static int on_data(::ssh_session, ::ssh_channel, void* data, std::uint32_t size, int is_stderr, void* self);
    static void on_end(::ssh_session, ::ssh_channel, void* self);
    void take(std::string_view octets);
    void grow_window();
    [[nodiscard]] base::error end_reason() const;

    std::shared_ptr<libssh_core> core_;  ///< shared with the link and its handlers
    ::ssh_channel handle_;
    ::ssh_channel_callbacks_struct callbacks_{};
    channel_listener* listener_ = nullptr;
    std::string aside_{};       ///< what came before there was a listener, or during a write
    std::string complaints_{};  ///< the start of what the server wrote to standard error
    std::uint32_t unasked_;     ///< octets received since the window was last opened; at first, the whole window
    bool blocked_ = false;      ///< did the last write take less than it was given?
    bool ended_ = false;        ///< did the server send EOF or CLOSE?
};

}  // namespace gangway::net
