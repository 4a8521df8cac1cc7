#pragma once
/// This machine's end of a transfer: a file, or standard input or output.

#include <gangway/net/asio.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace gangway::cli {

/// Where the octets of a download go. Destroying it unfinished leaves nothing behind.
class local_sink {
  public:
    virtual ~local_sink() = default;
    [[nodiscard]] virtual net::async_result<void> write(std::string_view octets) = 0;
    /// Everything is there under its name.
    [[nodiscard]] virtual base::result<void> finish() = 0;
};

struct local_file_options {
    bool replace = true;  ///< an existing file; otherwise it is an error, also when it appears while writing
    bool sync = false;    ///< to stable storage before the name appears
};

/// A file that appears whole or not at all: written under a temporary name beside `target` and renamed. An existing
/// file keeps its permissions; one reached by a symbolic link is replaced, not the link. Folders, devices and pipes are
/// refused. Errors have the system's codes and phase storage.
[[nodiscard]] base::result<std::unique_ptr<local_sink>> make_local_file(std::filesystem::path target,
                                                                        local_file_options options);

/// Standard output. A reader who is slow holds up the transfer, but not the connection.
[[nodiscard]] std::unique_ptr<local_sink> make_standard_output(const net::asio::any_io_executor& executor);

/// Where the octets of an upload come from.
class local_source {
  public:
    virtual ~local_source() = default;
    /// The next octets, or an empty view at the end. The view lives until the next call.
    [[nodiscard]] virtual net::async_result<std::string_view> read() = 0;
    /// Absent for a pipe.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const noexcept = 0;
};

/// A file; folders are refused.
[[nodiscard]] base::result<std::unique_ptr<local_source>> open_local_file(const std::filesystem::path& file);

[[nodiscard]] std::unique_ptr<local_source> make_standard_input(const net::asio::any_io_executor& executor);

}  // namespace gangway::cli
