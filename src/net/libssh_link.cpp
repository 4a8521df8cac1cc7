#include "libssh_channel.hpp"
#include "libssh_core.hpp"
#include "libssh_login.hpp"
#include "ssh_link_kinds.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

namespace gangway::net {
namespace {

/// The SSH link on libssh; the only place that chooses this library.
class libssh_link final : public ssh_link {
  public:
    libssh_link(tcp::socket socket, const std::vector<std::string>& preferred, timers limits)
        : core_(std::make_shared<libssh_core>(std::move(socket), preferred)), limits_(limits) {}
    ~libssh_link() override { core_->stop(); }

    async_result<void> exchange_keys() {
        co_return co_await with_deadline(handshake(), limits_.key_exchange, base::phase::ssh, "the SSH key exchange");
    }

    asio::any_io_executor executor() const override { return core_->executor(); }
    const host_key& server_key() const noexcept override { return key_; }
    const ssh_algorithms& algorithms() const noexcept override { return algorithms_; }

    async_result<void> login(const model::credentials& who, const crypto::private_key* key) override {
        co_return co_await with_deadline(libssh_login(*core_, who, key), limits_.authentication, base::phase::auth,
                                         "the login");
    }

    async_result<login_progress> login_methods(std::string username) override {
        co_return co_await with_deadline(libssh_methods(*core_, std::move(username)), limits_.authentication,
                                         base::phase::auth, "asking for the login methods");
    }

    async_result<std::unique_ptr<byte_channel>> open_sftp() override {
        auto channel = std::make_unique<libssh_channel>(core_);
        const auto opened = co_await with_deadline(channel->open_sftp(), limits_.operation, base::phase::subsystem,
                                                   "opening the SFTP channel");
        if (!opened) co_return std::unexpected(opened.error());
        co_return channel;
    }

  private:
    async_result<void> handshake() {
        auto& session = core_->session();
        auto& socket = core_->socket();
        const auto greeting = session.attach(socket.native_handle());
        if (!greeting) co_return std::unexpected(greeting.error());
        boost::system::error_code failure;
        co_await asio::async_write(socket, asio::buffer(*greeting), asio::redirect_error(asio::use_awaitable, failure));
        if (failure)
            co_return base::fail(errc::connection_lost, base::phase::ssh,
                                 "the server closed the connection (" + failure.message() + ")");
        const int outcome = co_await core_->drive([&session] { return ::ssh_connect(session.get()); });
        if (outcome != SSH_OK) co_return std::unexpected(session.error(base::phase::ssh));
        auto key = session.server_key();
        if (!key) co_return std::unexpected(key.error());
        key_ = std::move(*key);
        algorithms_ = session.algorithms();
        algorithms_.host_key = key_.type;
        co_return base::result<void>{};
    }

    std::shared_ptr<libssh_core> core_;  ///< shared with its channels and the handlers that wait for the socket
    timers limits_;
    host_key key_{};
    ssh_algorithms algorithms_{};
};

}  // namespace

async_result<std::unique_ptr<ssh_link>> open_libssh_link(tcp::socket socket,
                                                         std::vector<std::string> preferred_host_keys, timers limits) {
    auto link = std::make_unique<libssh_link>(std::move(socket), preferred_host_keys, limits);
    const auto done = co_await link->exchange_keys();
    if (!done) co_return std::unexpected(done.error());
    co_return link;
}

}  // namespace gangway::net
