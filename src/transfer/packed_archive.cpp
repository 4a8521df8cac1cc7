#include "packed_archive.hpp"

#include <gangway/sink/errors.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace gangway::transfer {
namespace {

/// Not every file system has files without a name.
int open_nameless(const std::filesystem::path& folder) {
    const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
    auto name = (folder / "archive-XXXXXX").string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

base::result<packed_archive> packed_archive::on_disk(const std::filesystem::path& folder) {
    packed_archive made{std::string_view{}};
    const int file = open_nameless(folder);
    if (file >= 0) made.file_.reset(::fdopen(file, "r+b"));
    if (!made.file_) return std::unexpected(sink::system_failure("keep an archive in " + folder.string(), errno));
    return made;
}

base::result<void> packed_archive::append(std::string_view octets) {
    while (!octets.empty()) {
        const auto count = ::write(::fileno(file_.get()), octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(sink::system_failure("keep an archive until it is unpacked", errno));
        octets.remove_prefix(static_cast<std::size_t>(count));
        size_ += static_cast<std::uint64_t>(count);
    }
    return {};
}

base::result<std::string_view> packed_archive::read(std::uint64_t offset, std::size_t count, std::string& room) const {
    const auto left = offset < size_ ? size_ - offset : 0;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, left));
    if (!file_) return octets_.substr(size_ - left, count);
    room.resize(count);
    for (std::size_t done = 0; done < count;) {
        const auto more =
            ::pread(::fileno(file_.get()), room.data() + done, count - done, static_cast<::off_t>(offset + done));
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) return std::unexpected(sink::system_failure("read an archive back", more < 0 ? errno : EIO));
        done += static_cast<std::size_t>(more);
    }
    return room;
}

}  // namespace gangway::transfer
