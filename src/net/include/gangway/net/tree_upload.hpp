#pragma once
/// A whole folder to a server, with many files in flight on one channel.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/net/striped_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace gangway::net {

/// Something to be uploaded. Names are as in `tree_receiver`: relative, "" is the root.
struct tree_item {
    enum class kind : std::uint8_t {
        folder,
        file,   ///< with its content
        large,  ///< asked for later, as a stream
    };
    kind what;
    std::string name{};
    sftp::attributes attributes{};  ///< permissions and times; of a large one also the size
    std::string content{};
    /// Of a large one: the name beside it under which it stays until it is whole, if it is to be gone on with after a
    /// failure. Another one for each version of the file.
    std::string unfinished{};
};

/// Where a tree comes from. Called on the client's strand.
class tree_source {
  public:
    virtual ~tree_source() = default;
    /// The next item, a folder before anything in it and the root first; nothing at the end.
    [[nodiscard]] virtual awaitable<std::optional<tree_item>> next() = 0;
    /// Writes a large file, all that comes after `from` octets; the caller finishes it. The error is one of either end.
    [[nodiscard]] virtual async_result<void> stream(const std::string& name, file_writer& to, std::uint64_t from) = 0;
    /// An error where a large file is not the version any more that its name for what is unfinished stands for.
    [[nodiscard]] virtual base::result<void> still_is(const tree_item&) { return {}; }
    /// The server had this file already.
    virtual void unchanged(const std::string&, std::uint64_t /*octets*/) {}
    /// The server has all of this file.
    virtual void done(const std::string& name, std::uint64_t octets) = 0;
    virtual void failed(const std::string& name, base::error why) = 0;
};

struct tree_upload_options {
    bool replace = true;    ///< existing files
    bool preserve = false;  ///< permissions and times
    bool sync = false;      ///< fsync@openssh.com for each file, where it is offered
    bool atomic = false;    ///< each file under a temporary name until it is whole
    /// Files that are there with the same size and time are left out; large ones that have a name for it are gone on
    /// with where an earlier upload stopped. Files get their times for that.
    bool resume = false;
    std::size_t files_in_flight = 512;  ///< fewer where the server says so or says nothing
    std::uint64_t octets_in_flight =
        32UL * 1024 * 1024;         ///< of files held in memory; a larger one is the source's fault
    std::size_t large_at_once = 4;  ///< streamed files
    channel_opener more{};          ///< to stripe them, as in `stripes`
    std::size_t channels_per_file = 8;
};

/// Makes the folder `root` and everything the source has in it; folders that exist are used. A file that is in the way
/// is written over, but a link never is, and none is followed, except that `root` may be one. A file counts as done
/// only if every WRITE and the CLOSE were acknowledged and FSTAT shows its size; one that failed is removed if it was
/// new. With `atomic` a file has its name only when it is whole; what replaces another is one rename.
/// What fails is told and the rest goes on; returned is only what ends everything. Cancelling closes what is open.
[[nodiscard]] async_result<void> upload_tree(sftp_client& client, model::remote_path root, tree_source& source,
                                             tree_upload_options options = {});

}  // namespace gangway::net
