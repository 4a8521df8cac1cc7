#pragma once
/// One large file over several channels, because a channel's rate is its server's receive window per round trip:
/// 2 MiB with OpenSSH, which is 40 MB/s at 50 ms.

#include <gangway/net/dial.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/identification.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace gangway::net {

/// Opens one more channel to the same account. It runs on the strand of the first.
using channel_opener = std::function<async_result<std::unique_ptr<sftp_client>>()>;

/// What is sent once more when an upload is gone on with, and the `reach` of one that may be.
inline constexpr std::uint64_t resume_reach = 8UL * 1024 * 1024;

/// How a file may be striped.
struct stripes {
    channel_opener more{};                ///< none: one channel only
    std::size_t most = 20;                ///< channels together
    std::optional<std::uint64_t> size{};  ///< of what will be written, if it is known
    bool at_once = false;                 ///< as many as may be, however short the path is
    /// However the writer ends, a file of n octets has its first n − `reach`; between them there may be holes.
    std::uint64_t reach = 64UL * 1024 * 1024;
};

/// As `file_writer::open`; the writer opens further channels when the first one is full and the path is long, and uses
/// each as soon as it is there. A channel that the server refuses is done without. Nothing is striped when appending.
///
/// Each piece is written once, through whichever channel has room; a channel that fails later fails the file. Before
/// success every channel has to show the whole size: one that has opened another file of the same name, replaced in
/// the meantime, cannot.
///
/// `how.more` is for servers of which `takes_writes_in_any_order` is true. It is called, and what it refers to is used,
/// until the writer is finished, abandoned or destroyed.
[[nodiscard]] async_result<std::unique_ptr<file_writer>> open_striped_writer(sftp_client& client,
                                                                             model::remote_path path,
                                                                             writer_options options, stripes how);

/// Some servers only take a file from front to back, such as those before an object store. OpenSSH's takes any order.
[[nodiscard]] bool takes_writes_in_any_order(const identification& server, const sftp::server_features& features);

/// Further channels of a connection, none where its server does not take writes in any order; `operation` as in
/// `sftp_client::start`. The connection outlives the opener's users.
[[nodiscard]] channel_opener channels_of(sftp_connection& connection, std::chrono::milliseconds operation);

/// Asks for the channels that a file will want, if it is known to be large: worth it right before it is opened. `how`
/// is as for `open_striped_writer`, with an opener of this connection.
void ask_for_stripes(sftp_connection& connection, const stripes& how);

}  // namespace gangway::net
