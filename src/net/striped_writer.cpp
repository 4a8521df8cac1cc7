#include <gangway/net/striped_writer.hpp>

namespace gangway::net {
namespace {

async_result<std::unique_ptr<sftp_client>> open_channel(ssh_link& link, std::chrono::milliseconds operation) {
    auto channel = co_await link.open_sftp();
    if (!channel) co_return std::unexpected(channel.error());
    co_return co_await sftp_client::start(std::move(*channel), operation);
}

}  // namespace

/// The extensions tell its own sftp-server from another one that OpenSSH's sshd starts.
bool takes_writes_in_any_order(const identification& server, const sftp::server_features& features) {
    return server.software.starts_with("OpenSSH_") && features.posix_rename && features.fsync;
}

channel_opener channels_of(ssh_link& link, std::chrono::milliseconds operation) {
    return [&link, operation] { return open_channel(link, operation); };
}

}  // namespace gangway::net
