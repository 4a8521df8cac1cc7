#pragma once
/// Files and folders beneath a folder, whatever links others put there.

#include "descriptor.hpp"

#include <gangway/sftp/attributes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace gangway::cli {

/// "a/b/c" as "a/b" and "c"; "c" as "" and "c".
[[nodiscard]] std::pair<std::string, std::string> split_name(std::string_view name);

/// Opens the folder `name` beneath `root`, which itself is "". No component may be a link, and none leads out
/// (openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS). errno tells what went wrong.
[[nodiscard]] descriptor open_folder_beneath(int root, const std::string& name);

/// Looks at what is under a name beneath `root`, resolved in the same way; a link is looked at itself. False: errno
/// tells what went wrong.
[[nodiscard]] bool look_beneath(int root, const std::string& name, struct ::stat& there);

/// Opens, or makes, a file that an interrupted transfer leaves for the next one, for writing at its end, and locks it:
/// EWOULDBLOCK while another one writes to it, EPERM for what this user cannot have left there.
[[nodiscard]] descriptor open_unfinished(int folder, const std::string& name, mode_t mode);

/// Why it gave none, by errno.
[[nodiscard]] base::error unfinished_failure(const std::filesystem::path& file);

/// A file that is being made in a folder: nothing under `name` until `publish`, and nothing left when this goes before.
class file_in_making {
  public:
    /// errno tells what went wrong if this is false.
    file_in_making(int folder, std::string name, mode_t mode);
    /// As `open_unfinished`: what was written under `temporary` is gone on with, and stays when this goes before
    /// `publish`, unless it was `spoil`ed.
    file_in_making(int folder, std::string name, std::string temporary, mode_t mode);
    ~file_in_making();
    file_in_making(const file_in_making&) = delete;
    file_in_making& operator=(const file_in_making&) = delete;

    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }
    [[nodiscard]] int get() const noexcept { return file_.get(); }
    [[nodiscard]] bool write(std::string_view octets) noexcept;
    /// Octets that were there already; nothing if errno tells what went wrong.
    [[nodiscard]] std::optional<std::uint64_t> already() const noexcept;
    /// It is worth nothing: what was written goes when this goes.
    void spoil() noexcept { unpublished_ = true; }
    /// Gives it its name. A link of that name is replaced, not followed.
    [[nodiscard]] bool publish(bool replace) noexcept;

  private:
    int folder_;
    std::string name_;
    std::string temporary_;
    descriptor file_;
    bool unpublished_ = false;
};

/// The plain permission bits, and the times, as the server has them. False: errno tells.
[[nodiscard]] bool preserve_attributes(int file, const sftp::attributes& attributes) noexcept;
/// The times alone.
[[nodiscard]] bool preserve_times(int file, const sftp::attributes& attributes) noexcept;

/// The permissions of a new file, before the umask: those on the server without set-id and sticky bits.
[[nodiscard]] mode_t new_file_mode(const sftp::attributes& attributes) noexcept;

}  // namespace gangway::cli
