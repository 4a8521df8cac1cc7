#pragma once
/// A whole folder of a server, with many files in flight on one channel.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/sftp_client.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::net {

/// The octets of a small file, in the frame they came in or put together from several.
class whole_content {
  public:
    explicit whole_content(sftp::reply frame) : frame_(std::move(frame)) {}
    explicit whole_content(std::string octets) : joined_(std::move(octets)) {}
    /// Lives as long as this object.
    [[nodiscard]] std::string_view octets() const {
        return frame_ ? frame_->as<sftp::data_reply>().value_or(sftp::data_reply{}).data : std::string_view{joined_};
    }

  private:
    std::optional<sftp::reply> frame_{};
    std::string joined_{};
};

/// Where a tree goes. Names are relative to its root, with "/" between components, each of which `is_entry_name`; the
/// root is "". Everything else about them is the server's choice. Called on the client's strand.
class tree_receiver {
  public:
    virtual ~tree_receiver() = default;
    /// A folder, before anything in it. Otherwise than true: it is passed over, and the receiver has noted why.
    [[nodiscard]] virtual bool folder(const std::string& name, const sftp::attributes& attributes) = 0;
    /// Shall this file come? Asked before anything of it is.
    [[nodiscard]] virtual bool wants(const std::string&, const sftp::attributes&) { return true; }
    /// All files were asked about.
    virtual void all_listed() {}
    /// Of a file that will be streamed: how many octets an earlier download has left, after which to go on.
    [[nodiscard]] virtual std::uint64_t already(const std::string&, const sftp::attributes&) { return 0; }
    /// A file, whole. Waiting here holds up the download.
    [[nodiscard]] virtual awaitable<void> file(std::string name, sftp::attributes attributes,
                                               whole_content content) = 0;
    /// A large file, one of several at a time, from where `already` said: read to its end, or to its first error, which
    /// the receiver notes. An error returned is one that ends the download.
    [[nodiscard]] virtual async_result<void> stream(std::string name, file_reader& content) = 0;
    /// Neither file nor folder: a link, which is never followed, or a device.
    virtual void passed_over(const std::string& name, const sftp::attributes& attributes) = 0;
    virtual void failed(const std::string& name, base::error why) = 0;
};

struct tree_limits {
    std::size_t entries = 10'000'000;                     ///< in all folders together
    std::size_t files_in_flight = 768;                    ///< fewer where the server says so or says nothing
    std::uint64_t octets_in_flight = 32UL * 1024 * 1024;  ///< of whole files
    std::uint64_t whole = 4UL * 1024 * 1024;              ///< a larger file is streamed, after the small ones
    std::size_t large_at_once = 4;                        ///< streamed files
};

/// Walks the folder `root` and hands over everything in it. A file or folder that fails is told and the rest goes on;
/// returned is only what ends everything: a lost connection, a breach of the protocol, `listing_too_large`.
/// No link is followed, but `root` may be one. A file that is not as long as its folder said is read again as a
/// stream. Cancelling closes what is open.
[[nodiscard]] async_result<void> download_tree(sftp_client& client, model::remote_path root, tree_receiver& receiver,
                                               tree_limits limits = {});

}  // namespace gangway::net
