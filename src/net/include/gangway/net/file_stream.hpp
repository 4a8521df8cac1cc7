#pragma once
/// Files of any size as streams: constant memory, many requests in flight on one channel.
///
/// Everything runs on the client's strand. The client outlives the streams. One call at a time on each stream.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

namespace gangway::net {

/// The part of a file that is wanted.
struct read_range {
    std::uint64_t offset = 0;
    std::uint64_t length = std::numeric_limits<std::uint64_t>::max();  ///< octets at most; the file may end earlier
    std::uint64_t most_ahead = 32UL * 1024 * 1024;                     ///< octets asked for and not read, at most
};

/// Reads a file from front to back. READs run ahead of the reader by a window that sizes itself to the path and to the
/// reader (`sftp::path_window`): 128 KiB for one who reads slowly, up to `most_ahead` for a long, fast line. When
/// nobody calls `read`, nothing is asked for beyond that window, which is the back-pressure.
///
/// What is read is the file as long as it was when it was opened: octets added later are not, and a file that became
/// shorter is an error. Where no size is known (devices, files that the system makes up), reading goes on to the end.
///
/// Destroying it abandons what is in flight and closes the handle without waiting for the answer.
class file_reader {
  public:
    /// OPEN and STAT, then FSTAT beside the first READs. Errors: those of the server, worded like "OPEN failed:
    /// NO_SUCH_FILE — No such file"; `sftp::errc::is_a_directory` where it is a folder (by some servers' ways only from
    /// `read`). Cancelling closes the handle.
    [[nodiscard]] static async_result<std::unique_ptr<file_reader>> open(sftp_client& client, model::remote_path path,
                                                                         read_range range = {});
    virtual ~file_reader() = default;

    /// What FSTAT showed just after OPEN; nothing in it where the server could not tell.
    [[nodiscard]] virtual const sftp::attributes& attributes() const noexcept = 0;
    /// What FSTAT shows now: another size or time tells that the file changed under the reader.
    [[nodiscard]] virtual async_result<sftp::attributes> look_again() = 0;

    /// The next octets in order: at least one, or an empty view at the end of the file or of the range. The view lives
    /// until the next call on this reader. Errors: those of the server; `remote_changed` if the file ends before the
    /// size that FSTAT showed. After an error nothing more is yielded. Cancelling loses no octets.
    [[nodiscard]] virtual async_result<std::string_view> read() = 0;
};

/// How a file is opened for writing.
struct writer_options {
    enum class existing : std::uint8_t {
        truncate,  ///< replace what is there
        append,    ///< add to the end
        refuse,    ///< EXCL; looked at before, too, because some servers ignore it: `already_exists`
        resume,    ///< it must be there: write over it from `offset` on
    };
    existing when_there = existing::truncate;
    std::uint64_t offset = 0;             ///< for `resume`
    std::optional<std::uint32_t> mode{};  ///< permission bits (07777), set also when the file exists
    bool sync = false;                    ///< fsync@openssh.com before CLOSE, where it is offered
};

/// Writes a file from front to back with a bounded number of WRITEs in flight.
///
/// Destroying it without `finish` closes the handle without waiting for the answer; what was written so far stays.
class file_writer {
  public:
    /// OPEN (and FSTAT for `append`). Errors: those of the server; `is_a_directory`, `already_exists`, and
    /// `no_such_file` where a folder above is missing.
    [[nodiscard]] static async_result<std::unique_ptr<file_writer>> open(sftp_client& client, model::remote_path path,
                                                                         writer_options options = {});
    virtual ~file_writer() = default;

    /// Takes all of `octets`, which must live until this returns; waits while the window is full. Reports the first
    /// refused WRITE, also of an earlier call. Cancelling leaves an unknown part written.
    [[nodiscard]] virtual async_result<void> write(std::string_view octets) = 0;

    /// How many octets the server has acknowledged, from the first one on without a hole.
    [[nodiscard]] virtual std::uint64_t acknowledged() const noexcept = 0;

    /// Awaits every acknowledgement, sets the mode, syncs, checks by FSTAT (or STAT) that the file has the size it must
    /// have, awaits the CLOSE, and returns the number of octets written. Anything missing is an error
    /// (`incomplete_write` for the size): only success means that the file is there.
    [[nodiscard]] virtual async_result<std::uint64_t> finish() = 0;

    /// Ends without asking for a whole file: awaits what is in flight, and the CLOSE; the first refused WRITE is the
    /// error. For the caller who will remove the file, or go on with it later.
    [[nodiscard]] virtual async_result<void> abandon() = 0;
};

}  // namespace gangway::net
