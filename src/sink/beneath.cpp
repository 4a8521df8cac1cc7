#include "beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace gangway::sink {

descriptor open_beneath(int root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed meanwhile, and the kernel could not tell whether the way led out.
    for (int tries = 0;; ++tries) {
        const auto opened = ::syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof(how));
        if (opened >= 0 || (errno != EINTR && errno != EAGAIN) || tries == 100)
            return descriptor{static_cast<int>(opened)};
    }
}

descriptor make_folder_beneath(int root, const std::string& path, mode_t mode) {
    auto whole = open_beneath(root, path, O_RDONLY | O_DIRECTORY);
    if (whole || errno != ENOENT) return whole;
    auto folder = open_beneath(root, "", O_RDONLY | O_DIRECTORY);
    for (std::string_view rest = path; folder && !rest.empty();) {
        const std::string name{rest.substr(0, rest.find('/'))};
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        const bool made = ::mkdirat(folder.get(), name.c_str(), mode) == 0;
        if (!made && errno != EEXIST) return {};
        // A name that a power failure takes back would take the files in it along.
        if (made && ::fsync(folder.get()) != 0) return {};
        folder = open_beneath(folder.get(), name, O_RDONLY | O_DIRECTORY);
    }
    return folder;
}

}  // namespace gangway::sink
