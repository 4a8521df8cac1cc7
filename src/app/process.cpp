#include "process.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gangway::app {
namespace {

// The leak check of the address sanitizer attaches to the process, as a debugger would.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool examined_from_outside = true;
#else
constexpr bool examined_from_outside = false;
#endif
#else
constexpr bool examined_from_outside = false;
#endif

std::unexpected<base::error> unusable(const std::filesystem::path& folder, std::string_view what) {
    return model::invalid("data_dir", fmt::format("data_dir: {} {}", base::escape(folder.native()), what));
}

}  // namespace

void harden_process() noexcept {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &none);
    if (!examined_from_outside) ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    std::signal(SIGPIPE, SIG_IGN);
    // Large answers come and go; their memory goes back to the system instead of being kept for the next one.
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 512 * 1024);
}

void keep_files_private() noexcept {
    ::umask(077);
}

base::result<void> prepare_data_dir(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure) return unusable(folder, "cannot be made: " + failure.message());
    struct stat about{};
    if (::stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return unusable(folder, "is not a folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return unusable(folder, fmt::format("cannot be written to: {}", std::strerror(errno)));
    if ((about.st_mode & 022U) != 0)
        return unusable(folder,
                        "can be changed by other users, who could then replace pinned host keys: chmod go-w it");
    return {};
}

}  // namespace gangway::app
