#include "failing_calls.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gangway::crash {
namespace {

/// Of the first call on: calls come before `main`, and after it.
class plan_of_failure {
  public:
    plan_of_failure() {
        const char* const said = std::getenv("GANGWAY_CRASH_FAIL");
        if (said == nullptr) return;
        const std::string_view words{said};
        const auto first = words.find(':');
        const auto second = words.find(':', first + 1);
        name_ = words.substr(0, first);
        reason_ = number_of(words.substr(first + 1, second - first - 1));
        if (second == std::string_view::npos) return;
        only_one_ = true;
        nth_ = std::strtoul(said + second + 1, nullptr, 10);
    }

    /// The reason for which this call fails; 0: it does not.
    int strikes(std::string_view call) noexcept {
        if (name_ != call) return 0;
        const auto number = seen_++;
        return only_one_ && number != nth_ ? 0 : reason_;
    }
    [[nodiscard]] std::size_t seen() const noexcept { return seen_; }

    static constexpr int short_write = -1;

  private:
    static int number_of(std::string_view reason) {
        if (reason == "EIO") return EIO;
        if (reason == "ENOSPC") return ENOSPC;
        if (reason == "EDQUOT") return EDQUOT;
        if (reason == "EINTR") return EINTR;
        if (reason == "EINVAL") return EINVAL;
        if (reason == "short") return short_write;
        std::abort();
    }

    std::string_view name_{};  ///< of the environment, which stays
    int reason_ = 0;
    bool only_one_ = false;
    std::size_t nth_ = 0;
    std::atomic<std::size_t> seen_{0};
};

plan_of_failure& plan() {
    static plan_of_failure made;
    return made;
}

bool fails(std::string_view call, int file) {
    struct ::stat about{};
    if (::fstat(file, &about) != 0 || (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode))) return false;
    const int reason = plan().strikes(call);
    if (reason > 0) errno = reason;
    return reason > 0;
}

/// How much of a write is carried out; nothing: it fails.
bool shorten(std::string_view call, int file, std::size_t& count) {
    struct ::stat about{};
    if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) return true;
    const int reason = plan().strikes(call);
    if (reason == plan_of_failure::short_write && count > 1) count = 1;
    if (reason > 0) errno = reason;
    return reason <= 0;
}

}  // namespace

std::size_t calls_that_could_fail() noexcept {
    return plan().seen();
}

}  // namespace gangway::crash

using gangway::crash::fails;
using gangway::crash::shorten;

// The C library's own parameters have reserved names. NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {
ssize_t write(int file, const void* octets, size_t count) {
    return shorten("write", file, count) ? ::syscall(SYS_write, file, octets, count) : -1;
}
ssize_t pwrite64(int file, const void* octets, size_t count, off64_t at) {
    return shorten("pwrite", file, count) ? ::syscall(SYS_pwrite64, file, octets, count, at) : -1;
}
int fsync(int file) {
    return fails("fsync", file) ? -1 : static_cast<int>(::syscall(SYS_fsync, file));
}
int fdatasync(int file) {
    return fails("fdatasync", file) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, file));
}
int syncfs(int file) noexcept {
    return fails("syncfs", file) ? -1 : static_cast<int>(::syscall(SYS_syncfs, file));
}
int ftruncate64(int file, off64_t size) noexcept {
    return fails("ftruncate", file) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}
int close(int file) {
    const bool told = fails("close", file);
    const int reason = errno;
    const auto done = static_cast<int>(::syscall(SYS_close, file));
    if (told) errno = reason;
    return told ? -1 : done;
}
int renameat2(int from, const char* old_name, int to, const char* new_name, unsigned flags) noexcept {
    return fails("renameat2", from) ? -1
                                    : static_cast<int>(::syscall(SYS_renameat2, from, old_name, to, new_name, flags));
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
