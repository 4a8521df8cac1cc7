#include "beneath.hpp"

#include "listing_text.hpp"

#include <gangway/crypto/digest.hpp>

#include <fmt/format.h>

#include <atomic>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gangway::cli {
namespace {

/// Unlike the names of anybody else; the count makes each of them different.
std::string temporary_name() {
    static const std::string beginning = [] {
        std::string text = ".gangway-";
        for (const char octet : crypto::random_bytes(8))
            text += fmt::format("{:02x}", static_cast<unsigned char>(octet));
        return text;
    }();
    static std::atomic<std::uint64_t> count;  // small files and large ones are made by different threads
    return fmt::format("{}-{:x}.part", beginning, count++);
}

descriptor open_beneath(int root, const std::string& name, std::uint64_t flags) {
    open_how how{};
    how.flags = flags | O_CLOEXEC | O_NOFOLLOW;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const auto opened = ::syscall(SYS_openat2, root, name.empty() ? "." : name.c_str(), &how, sizeof(how));
    return descriptor{static_cast<int>(opened)};
}

}  // namespace

std::pair<std::string, std::string> split_name(std::string_view name) {
    const auto slash = name.rfind('/');
    if (slash == std::string_view::npos) return {"", std::string{name}};
    return {std::string{name.substr(0, slash)}, std::string{name.substr(slash + 1)}};
}

descriptor open_folder_beneath(int root, const std::string& name) {
    return open_beneath(root, name, O_RDONLY | O_DIRECTORY);
}

bool look_beneath(int root, const std::string& name, struct ::stat& there) {
    const auto [parent, last] = split_name(name);
    const auto folder = open_beneath(root, parent, O_PATH | O_DIRECTORY);
    return folder && ::fstatat(folder.get(), last.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
}

base::error unfinished_failure(const std::filesystem::path& file) {
    const bool is_busy = errno == EWOULDBLOCK;
    auto failure = system_error("go on with", file);
    if (is_busy) failure.message = "another transfer of the same file is under way (" + shown(file.native()) + ")";
    return failure;
}

descriptor open_unfinished(int folder, const std::string& name, mode_t mode) {
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    descriptor file{::openat(folder, name.c_str(), flags, mode)};
    struct ::stat there{};
    if (!file || ::fstat(file.get(), &there) != 0) return {};
    // Only what this user made counts, and under this name alone.
    if (!S_ISREG(there.st_mode) || there.st_uid != ::geteuid() || there.st_nlink != 1) {
        errno = EPERM;
        return {};
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return {};
    return file;
}

file_in_making::file_in_making(int folder, std::string name, mode_t mode)
    : folder_(folder),
      name_(std::move(name)),
      temporary_(temporary_name()),
      file_(::openat(folder, temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)),
      unpublished_(static_cast<bool>(file_)) {
}

file_in_making::file_in_making(int folder, std::string name, std::string temporary, mode_t mode)
    : folder_(folder),
      name_(std::move(name)),
      temporary_(std::move(temporary)),
      file_(open_unfinished(folder, temporary_, mode)) {
}

file_in_making::~file_in_making() {
    if (unpublished_) ::unlinkat(folder_, temporary_.c_str(), 0);
}

bool file_in_making::write(std::string_view octets) noexcept {
    while (!octets.empty()) {
        const auto count = ::write(file_.get(), octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::optional<std::uint64_t> file_in_making::already() const noexcept {
    const auto end = ::lseek(file_.get(), 0, SEEK_END);
    if (end < 0) return std::nullopt;
    return static_cast<std::uint64_t>(end);
}

bool file_in_making::publish(bool replace) noexcept {
    if (!file_.close()) return false;
    const unsigned flags = replace ? 0U : RENAME_NOREPLACE;
    if (::renameat2(folder_, temporary_.c_str(), folder_, name_.c_str(), flags) != 0) return false;
    unpublished_ = false;
    return true;
}

bool preserve_attributes(int file, const sftp::attributes& attributes) noexcept {
    if (attributes.permissions && ::fchmod(file, *attributes.permissions & 0777U) != 0) return false;
    return preserve_times(file, attributes);
}

bool preserve_times(int file, const sftp::attributes& attributes) noexcept {
    if (!attributes.mtime || !attributes.atime) return true;
    const timespec times[2] = {{.tv_sec = *attributes.atime, .tv_nsec = 0},
                               {.tv_sec = *attributes.mtime, .tv_nsec = 0}};
    return ::futimens(file, times) == 0;
}

mode_t new_file_mode(const sftp::attributes& attributes) noexcept {
    return attributes.permissions ? (*attributes.permissions & 0777U) | S_IRUSR | S_IWUSR : 0666;
}

}  // namespace gangway::cli
