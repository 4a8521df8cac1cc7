#include "durable_file.hpp"

#include <gangway/net/errors.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace gangway::net {
namespace {

constexpr std::size_t largest = 64U * 1024 * 1024;
constexpr std::string_view staged_mark = ".new-";

/// `what` names the file; the reason is errno's.
std::unexpected<base::error> failed(std::string what, int reason) {
    return base::fail(errc::host_key_store_failed, base::phase::hostkey,
                      std::move(what) + ": " + std::error_code{reason, std::generic_category()}.message());
}

template <class Call>
auto uninterrupted(Call call) {
    auto outcome = call();
    while (outcome == -1 && errno == EINTR)
        outcome = call();
    return outcome;
}

int write_all(int file, std::string_view octets) {
    while (!octets.empty()) {
        const auto count = uninterrupted([&] { return ::write(file, octets.data(), octets.size()); });
        if (count < 0) return errno;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return uninterrupted([&] { return ::fsync(file); }) == 0 ? 0 : errno;
}

int open_lock(const std::string& path) {
    return uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); });
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
}

}  // namespace

descriptor::~descriptor() {
    if (is_open()) ::close(number_);
}

base::result<std::string> read_file(const std::filesystem::path& path) {
    // Not blocking, for a path that is a pipe nobody writes to.
    const descriptor file{uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); })};
    if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) return std::string{};
    if (!file.is_open()) return failed("cannot read " + path.string(), errno);
    struct ::stat status{};
    if (::fstat(file.get(), &status) != 0) return failed("cannot read " + path.string(), errno);
    if (!S_ISREG(status.st_mode)) return failed(path.string() + " is not a file", EINVAL);

    std::string content;
    std::array<char, 65536> buffer;
    while (true) {
        const auto count = uninterrupted([&] { return ::read(file.get(), buffer.data(), buffer.size()); });
        if (count < 0) return failed("cannot read " + path.string(), errno);
        if (count == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (content.size() > largest) return failed("cannot read " + path.string(), EFBIG);
    }
}

base::result<staged_file> staged_file::write(std::filesystem::path target, std::string_view content) {
    const auto folder = folder_of(target);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make " + folder.string(), errno);
    std::string temporary = target.string().append(staged_mark).append("XXXXXX");
    const descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!file.is_open()) return failed("cannot write " + target.string(), errno);
    staged_file staged{std::move(target), std::move(temporary)};
    if (const int reason = write_all(file.get(), content))
        return failed("cannot write " + staged.target_.string(), reason);
    return staged;
}

staged_file::~staged_file() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

base::result<void> staged_file::publish() {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return failed("cannot replace " + target_.string(), errno);
    temporary_.clear();
    const descriptor folder{::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.is_open() || ::fsync(folder.get()) != 0) return failed("cannot sync " + target_.string(), errno);
    return {};
}

void sweep_staged_files(const std::filesystem::path& target) {
    namespace fs = std::filesystem;
    const auto prefix = target.filename().string().append(staged_mark);
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours{1};
    std::error_code ignored;  // what cannot be swept now is harmless, and swept another time
    for (fs::directory_iterator entry{folder_of(target), ignored}, end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::error_code unknown;
        const auto written = entry->last_write_time(unknown);
        if (entry->path().filename().string().starts_with(prefix) && !unknown && written < old)
            fs::remove(entry->path(), unknown);
    }
}

base::result<lock_file> lock_file::open(const std::filesystem::path& target) {
    auto path = target.string() + ".lock";
    descriptor file{open_lock(path)};
    if (!file.is_open()) return failed("cannot open " + path, errno);
    return lock_file{std::move(file), std::move(path)};
}

/// Also without having taken the lock: nobody who waits for it must find its file gone, so only a free one is removed.
lock_file::~lock_file() {
    if (file_.is_open() && ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0 && has_its_name()) ::unlink(path_.c_str());
}

bool lock_file::has_its_name() const noexcept {
    struct ::stat open{}, named{};
    return ::fstat(file_.get(), &open) == 0 && ::lstat(path_.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
           open.st_dev == named.st_dev;
}

base::result<bool> lock_file::try_take() {
    for (;;) {
        if (uninterrupted([&] { return ::flock(file_.get(), LOCK_EX | LOCK_NB); }) != 0) {
            if (errno == EWOULDBLOCK) return false;
            return failed("cannot lock " + path_, errno);
        }
        if (has_its_name()) return true;
        file_ = descriptor{open_lock(path_)};
        if (!file_.is_open()) return failed("cannot open " + path_, errno);
    }
}

}  // namespace gangway::net
