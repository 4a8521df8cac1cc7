#include "write_lanes.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/striped_writer.hpp>

#include <algorithm>

namespace gangway::net {
namespace {

/// Octets of a file for which further channels are surely opened.
constexpr std::uint64_t worth_asking = 16UL * 1024 * 1024;

async_result<std::unique_ptr<sftp_client>> open_channel(sftp_connection& connection,
                                                        std::chrono::milliseconds operation) {
    if (!takes_writes_in_any_order(connection.link->server(), connection.client->features()))
        co_return base::fail(errc::subsystem_unavailable, base::phase::subsystem,
                             "this server may take a file from front to back only");
    auto channel = co_await connection.link->open_sftp();
    if (!channel) co_return std::unexpected(channel.error());
    co_return sftp_client::begin(std::move(*channel), operation);
}

}  // namespace

/// The extensions tell its own sftp-server from another one that OpenSSH's sshd starts.
bool takes_writes_in_any_order(const identification& server, const sftp::server_features& features) {
    return server.software.starts_with("OpenSSH_") && features.posix_rename && features.fsync;
}

void ask_for_stripes(sftp_connection& connection, const stripes& how) {
    if (how.size.value_or(0) < worth_asking || !takes_requests_ahead(connection.link->server())) return;
    const auto wanted = how.at_once ? how.most : lanes_for(connection.link->round_trip());
    connection.link->ask_for_channels(std::min(how.most, wanted) - 1);
}

channel_opener channels_of(sftp_connection& connection, std::chrono::milliseconds operation) {
    return [&connection, operation] { return open_channel(connection, operation); };
}

}  // namespace gangway::net
