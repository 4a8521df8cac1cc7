#pragma once
/// This machine's end of a transfer: a file, or standard input or output.

#include <gangway/net/asio.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>

namespace gangway::cli {

/// Where the octets of a download go. Destroying it unfinished leaves nothing behind.
class local_sink {
  public:
    virtual ~local_sink() = default;
    [[nodiscard]] virtual net::async_result<void> write(std::string_view octets) = 0;
    /// Everything is there under its name.
    [[nodiscard]] virtual base::result<void> finish() = 0;
    /// Octets that an earlier transfer left.
    [[nodiscard]] virtual std::uint64_t already() const noexcept { return 0; }
    /// A file that was to be gone on with is worth nothing: it goes when this goes.
    virtual void spoil() noexcept {}
};

struct local_file_options {
    bool replace = true;  ///< an existing file; otherwise it is an error, also when it appears while writing
    bool sync = false;    ///< to stable storage before the name appears
    /// The name of the temporary file, which then stays when the transfer fails; one that is there is gone on with.
    std::optional<std::string> partial{};
};

/// A file that appears whole or not at all: written under a temporary name beside `target` and renamed. An existing
/// file keeps its permissions; one reached by a symbolic link is replaced, not the link. Folders, devices and pipes are
/// refused. Errors have the system's codes and phase storage.
[[nodiscard]] base::result<std::unique_ptr<local_sink>> make_local_file(std::filesystem::path target,
                                                                        local_file_options options);

/// Standard output. A reader who is slow holds up the transfer, but not the connection.
[[nodiscard]] std::unique_ptr<local_sink> make_standard_output(const net::asio::any_io_executor& executor);

/// By what a changed file is recognised.
struct file_version {
    std::uint64_t size = 0;
    std::int64_t modified = 0;  ///< nanoseconds since 1970, as exact as the file system is
    friend bool operator==(const file_version&, const file_version&) = default;
};

[[nodiscard]] file_version version_of(const struct ::stat& about) noexcept;
/// As exact as the server tells: to a second.
[[nodiscard]] file_version version_of(const sftp::attributes& about) noexcept;

/// The name under which a transfer that is to be resumed keeps what it has: another one for every version of the
/// source, so that what is found under it is the beginning of just that one.
[[nodiscard]] std::string partial_name(std::string_view source, const file_version& version);

/// To the error that ended a transfer which can be resumed.
inline void say_what_is_kept(base::error& failure) {
    failure.message += "; what was transferred is kept, and the same command goes on with it";
}

/// Where the octets of an upload come from.
class local_source {
  public:
    virtual ~local_source() = default;
    /// The next octets, or an empty view at the end. The view lives until the next call.
    [[nodiscard]] virtual net::async_result<std::string_view> read() = 0;
    /// Absent for a pipe.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const noexcept = 0;
    /// What a file looks like now; absent for what is none. Another one later tells that it changed.
    [[nodiscard]] virtual std::optional<file_version> version() const noexcept { return std::nullopt; }
    /// Goes on reading at `offset` of a file.
    [[nodiscard]] virtual base::result<void> seek(std::uint64_t offset) {
        return base::fail(std::make_error_code(std::errc::invalid_seek), base::phase::storage,
                          "only a file can be read from the middle (octet " + std::to_string(offset) + ")");
    }
};

/// A file; folders are refused.
[[nodiscard]] base::result<std::unique_ptr<local_source>> open_local_file(const std::filesystem::path& file);

[[nodiscard]] std::unique_ptr<local_source> make_standard_input(const net::asio::any_io_executor& executor);

}  // namespace gangway::cli
