#include "beneath.hpp"
#include "descriptor.hpp"
#include "listing_text.hpp"
#include "local_ends.hpp"

#include <gangway/crypto/digest.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace gangway::cli {

base::error system_error(std::string_view what, const std::filesystem::path& file, int reason) {
    return {{reason, std::generic_category()},
            base::phase::storage,
            fmt::format("cannot {} {}: {}", what, shown(file.native()), std::strerror(reason))};
}

namespace {

/// Beside the target, so that the rename stays on one file system; hidden, and told apart by chance.
std::filesystem::path temporary_beside(const std::filesystem::path& target) {
    std::string name = ".gangway-";
    for (const char octet : crypto::random_bytes(8))
        name += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return target.parent_path() / (name + ".part");
}

mode_t usual_mode() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return 0666 & ~mask;
}

class local_file final : public local_sink {
  public:
    local_file(std::filesystem::path target, std::filesystem::path temporary, descriptor file,
               local_file_options options, mode_t mode, std::uint64_t already)
        : target_(std::move(target)),
          temporary_(std::move(temporary)),
          file_(std::move(file)),
          options_(std::move(options)),
          mode_(mode),
          already_(already) {}
    local_file(const local_file&) = delete;
    local_file& operator=(const local_file&) = delete;
    ~local_file() override {
        const bool kept = options_.partial && !spoiled_;
        if (!temporary_.empty() && !kept) ::unlink(temporary_.c_str());
    }
    [[nodiscard]] std::uint64_t already() const noexcept override { return already_; }
    void spoil() noexcept override { spoiled_ = true; }

    [[nodiscard]] net::async_result<void> write(std::string_view octets) override {
        while (!octets.empty()) {
            const auto count = ::write(file_.get(), octets.data(), octets.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) co_return std::unexpected(system_error("write", target_));
            octets.remove_prefix(static_cast<std::size_t>(count));
        }
        co_return base::result<void>{};
    }

    [[nodiscard]] base::result<void> finish() override {
        if (::fchmod(file_.get(), mode_) != 0) return std::unexpected(system_error("create", target_));
        if (options_.sync && ::fsync(file_.get()) != 0) return std::unexpected(system_error("write", target_));
        if (!file_.close()) return std::unexpected(system_error("write", target_));
        const unsigned flags = options_.replace ? 0U : RENAME_NOREPLACE;
        if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), flags) != 0)
            return std::unexpected(system_error("create", target_));
        temporary_.clear();
        if (options_.sync) return sync_folder();
        return {};
    }

  private:
    /// The new name is only safe when the folder is.
    [[nodiscard]] base::result<void> sync_folder() const {
        const auto folder = target_.has_parent_path() ? target_.parent_path() : std::filesystem::path{"."};
        const descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!opened || ::fsync(opened.get()) != 0) return std::unexpected(system_error("sync", folder));
        return {};
    }

    std::filesystem::path target_;
    std::filesystem::path temporary_;  ///< empty once it was renamed
    descriptor file_;
    local_file_options options_;
    mode_t mode_;
    std::uint64_t already_;
    bool spoiled_ = false;
};

/// The permissions the file will have, or why there can be no file.
base::result<mode_t> mode_for(std::filesystem::path& target, const local_file_options& options) {
    struct stat there{};
    if (::stat(target.c_str(), &there) != 0)
        return errno == ENOENT ? base::result<mode_t>{usual_mode()} : std::unexpected(system_error("create", target));
    if (!options.replace) return std::unexpected(system_error("create", target, EEXIST));
    if (S_ISDIR(there.st_mode)) return std::unexpected(system_error("replace", target, EISDIR));
    if (!S_ISREG(there.st_mode)) {
        auto failure = system_error("replace", target, EEXIST);
        failure.message = shown(target.native()) + " is not a file; to write into it, get - and redirect the output";
        return std::unexpected(std::move(failure));
    }
    std::error_code ignored;
    if (auto real = std::filesystem::canonical(target, ignored); !real.empty()) target = std::move(real);
    return there.st_mode & 0777U;
}

class opened_file final : public local_source {
  public:
    opened_file(std::filesystem::path name, descriptor file, std::optional<std::uint64_t> size)
        : name_(std::move(name)), file_(std::move(file)), size_(size) {}

    [[nodiscard]] net::async_result<std::string_view> read() override {
        for (;;) {
            const auto count = ::read(file_.get(), buffer_.data(), buffer_.size());
            if (count >= 0) co_return std::string_view{buffer_.data(), static_cast<std::size_t>(count)};
            if (errno != EINTR) co_return std::unexpected(system_error("read", name_));
        }
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override { return size_; }
    [[nodiscard]] std::optional<file_version> version() const noexcept override {
        struct stat about{};
        if (!size_ || ::fstat(file_.get(), &about) != 0) return std::nullopt;
        return version_of(about);
    }
    [[nodiscard]] base::result<void> seek(std::uint64_t offset) override {
        if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
            return std::unexpected(system_error("read", name_));
        return {};
    }

  private:
    std::filesystem::path name_;
    descriptor file_;
    std::optional<std::uint64_t> size_;
    std::string buffer_ = std::string(std::size_t{255} * 1024, '\0');  // one WRITE where the server takes that much
};

/// What an earlier transfer left, locked, so that two of them never write to it at once.
base::result<std::unique_ptr<local_sink>> go_on_with(std::filesystem::path target, std::filesystem::path partial,
                                                     local_file_options options, mode_t mode) {
    auto file = open_unfinished(AT_FDCWD, partial, 0600);
    if (!file) return std::unexpected(unfinished_failure(partial));
    const auto end = ::lseek(file.get(), 0, SEEK_END);
    if (end < 0) return std::unexpected(system_error("create", target));
    return std::make_unique<local_file>(std::move(target), std::move(partial), std::move(file), std::move(options),
                                        mode, static_cast<std::uint64_t>(end));
}

}  // namespace

file_version version_of(const struct ::stat& about) noexcept {
    return {.size = static_cast<std::uint64_t>(about.st_size),
            .modified = std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec};
}

file_version version_of(const sftp::attributes& about) noexcept {
    return {.size = about.size.value_or(0), .modified = std::int64_t{about.mtime.value_or(0)} * 1'000'000'000};
}

std::string partial_name(std::string_view source, const file_version& version) {
    const auto digest = crypto::sha256(fmt::format("{} {} {}", version.size, version.modified, source));
    std::string name = ".gangway-";
    for (const char octet : std::string_view{digest}.substr(0, 16))
        name += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return name + ".part";
}

base::result<std::unique_ptr<local_sink>> make_local_file(std::filesystem::path target, local_file_options options) {
    const auto mode = mode_for(target, options);
    if (!mode) return std::unexpected(mode.error());
    if (options.partial) {
        auto partial = target.parent_path() / *options.partial;
        return go_on_with(std::move(target), std::move(partial), std::move(options), *mode);
    }
    auto temporary = temporary_beside(target);
    descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file) return std::unexpected(system_error("create", target));
    return std::make_unique<local_file>(std::move(target), std::move(temporary), std::move(file), std::move(options),
                                        *mode, 0);
}

base::result<std::unique_ptr<local_source>> open_local_file(const std::filesystem::path& file) {
    descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about{};
    if (!opened || ::fstat(opened.get(), &about) != 0) return std::unexpected(system_error("read", file));
    if (S_ISDIR(about.st_mode)) return std::unexpected(system_error("read", file, EISDIR));
    std::optional<std::uint64_t> size;
    if (S_ISREG(about.st_mode)) size = static_cast<std::uint64_t>(about.st_size);
    return std::make_unique<opened_file>(file, std::move(opened), size);
}

}  // namespace gangway::cli
