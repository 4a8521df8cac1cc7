#include <gangway/base/escape.hpp>
#include <gangway/vault/errors.hpp>
#include <gangway/vault/master_key_file.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace gangway::vault {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 10;

/// An open file that is closed when this goes.
class descriptor {
  public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool ok() const noexcept { return number_ >= 0; }

  private:
    int number_;
};

std::unexpected<base::error> failed(const std::string& path, std::string_view what) {
    const int why = errno;
    return refuse(why == ENOENT ? errc::master_key_missing : errc::bad_key_file,
                  "the master key file " + base::escape(path) + " " + std::string(what) + ": " +
                      std::generic_category().message(why));
}

bool write_all(int file, std::string_view octets) {
    while (!octets.empty()) {
        const auto written = ::write(file, octets.data(), octets.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Makes what was renamed or made in the file's folder durable.
bool sync_folder(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto name = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
    const descriptor folder(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.ok() && ::fsync(folder.get()) == 0;
}

bool write_new(const std::string& path, const keyring& keys) {
    const descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return file.ok() && ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), keys.text().view()) &&
           ::fsync(file.get()) == 0;
}

}  // namespace

master_key_file master_key_file::find(const master_key_sources& where) {
    if (!where.file.empty()) return {where.file, kind::provided};
    auto credential = where.credentials_folder + "/gangway-master-key";
    if (!where.credentials_folder.empty() && ::access(credential.c_str(), F_OK) == 0)
        return {std::move(credential), kind::credential};
    return {where.data_folder + "/master-key", kind::ours};
}

base::result<keyring> master_key_file::load() const {
    const descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.ok()) return failed(path_, "cannot be opened");
    struct ::stat status{};
    if (::fstat(file.get(), &status) != 0) return failed(path_, "cannot be looked at");
    // systemd shows a credential's access list as rights of the group.
    const auto others = kind_ == kind::credential ? 007U : 077U;
    if (!S_ISREG(status.st_mode) || (status.st_mode & others) != 0 ||
        (status.st_uid != ::geteuid() && status.st_uid != 0))
        return refuse(errc::bad_key_file, "the master key file " + base::escape(path_) +
                                              " is open to others: make it a plain file of the account that the "
                                              "gateway runs under, with mode 0600 (chmod 600)");
    crypto::locked_octets text(largest_file + 1);
    std::size_t size = 0;
    for (;;) {
        const auto got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path_, "cannot be read");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > largest_file) return refuse(errc::bad_key_file, "the master key file has more than 64 KiB");
    }
    return keyring::parse(text.view().substr(0, size));
}

base::result<keyring> master_key_file::create() const {
    auto keys = keyring::generate();
    // Under another name first: a crash in between leaves no file that looks whole and is not.
    const auto temporary = path_ + ".new";
    ::unlink(temporary.c_str());
    if (!write_new(temporary, keys)) return failed(path_, "cannot be made");
    const bool linked = ::link(temporary.c_str(), path_.c_str()) == 0;
    const int why = errno;
    ::unlink(temporary.c_str());
    errno = why;
    if (!linked || !sync_folder(path_)) return failed(path_, "cannot be made");
    return keys;
}

base::result<void> master_key_file::replace(const keyring& keys) const {
    const auto temporary = path_ + ".new";
    ::unlink(temporary.c_str());
    if (!write_new(temporary, keys) || ::rename(temporary.c_str(), path_.c_str()) != 0 || !sync_folder(path_))
        return failed(path_, "cannot be written");
    return {};
}

}  // namespace gangway::vault
