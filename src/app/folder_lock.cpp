#include "folder_lock.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace gangway::app {

base::result<folder_lock> folder_lock::take(const std::filesystem::path& folder, how wanted) {
    const auto path = folder / "in-use.lock";
    folder_lock lock{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    const int kind = wanted == how::alone ? LOCK_EX : LOCK_SH;
    if (lock.file_ >= 0 && ::flock(lock.file_, kind | LOCK_NB) == 0) return lock;
    const auto reason = lock.file_ >= 0 && errno == EWOULDBLOCK
                            ? std::string{wanted == how::alone ? "is in use by a running gateway: stop it first"
                                                               : "is being worked on by gangway vault: try again later"}
                            : fmt::format("cannot be locked: {}", std::strerror(errno));
    return model::invalid("data_dir", fmt::format("data_dir: {} {}", base::escape(folder.native()), reason));
}

folder_lock::~folder_lock() {
    if (file_ >= 0) ::close(file_);
}

}  // namespace gangway::app
