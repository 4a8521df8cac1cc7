#include "beneath.hpp"
#include "local_writer.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/sink/local_folder.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace gangway::sink {
namespace {

/// From this many on, one sync of the file system is cheaper than one for each.
constexpr std::size_t many = 8;
/// Each has a descriptor open until it is staged.
constexpr std::size_t batch = 256;

std::unexpected<base::error> failed(std::string_view what, const model::destination_key& key, int reason = errno) {
    return std::unexpected(system_failure(std::string{what} + " " + base::escape(key.text()), reason));
}

/// The SHA-256 of an open file.
base::result<std::string> hash_of(int file) {
    crypto::sha256_hasher hasher;
    std::array<char, 65536> buffer;
    while (true) {
        const auto count = uninterrupted([&] { return ::read(file, buffer.data(), buffer.size()); });
        if (count < 0) return std::unexpected(system_failure("read back", errno));
        if (count == 0) return hasher.finish();
        hasher.update({buffer.data(), static_cast<std::size_t>(count)});
    }
}

/// Moves without replacing. Where the file system cannot do that in one step, a second name first: a crash between
/// leaves both, which `recover` sees.
bool rename_without_replacing(int from, const std::string& old_name, int to, const std::string& new_name) {
    if (::renameat2(from, old_name.c_str(), to, new_name.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno != EINVAL) return false;
    if (::linkat(from, old_name.c_str(), to, new_name.c_str(), 0) != 0) return false;
    base::crash_point("linked");
    return ::unlinkat(from, old_name.c_str(), 0) == 0;
}

class local_folder final : public sink {
  public:
    local_folder(descriptor root, descriptor staging, local_folder_settings settings)
        : root_(std::move(root)), staging_(std::move(staging)), settings_(settings) {}

    base::result<std::unique_ptr<writer>> begin(const claim& owner, const std::optional<model::destination_key>&,
                                                std::optional<std::uint64_t>) override {
        return local_writer::create(staging_.get(), owner, settings_.file_mode & 0777U);
    }

    std::vector<base::result<staged_file>> stage(std::span<writer* const> finished) override {
        const bool all_at_once = finished.size() >= many && ::syncfs(root_.get()) == 0;
        std::vector<base::result<staged_file>> answers;
        if (!all_at_once && ::fsync(staging_.get()) != 0) {
            const auto failure = system_failure("sync the folder of temporary files", errno);
            answers.assign(finished.size(), std::unexpected(failure));
            return answers;
        }
        for (auto* const each : finished) {
            answers.push_back(static_cast<local_writer*>(each)->stage(all_at_once));
            base::crash_point("syncing");
        }
        return answers;
    }

    std::vector<base::result<publication>> publish(std::span<writer* const> staged) override {
        std::vector<base::result<publication>> answers;
        std::vector<std::string> folders;
        for (auto* const each : staged) {
            answers.push_back(publish_one(static_cast<local_writer*>(each)->staged(), &folders));
        }
        if (const auto reason = sync_folders(folders)) {
            for (std::size_t i = 0; i < answers.size(); ++i)
                if (answers[i])
                    answers[i] =
                        failed("sync the folder of", static_cast<local_writer*>(staged[i])->staged().key, reason);
        }
        return answers;
    }

    base::result<recovery> recover(const staged_file& file) override {
        if (!claim_in(file.evidence))
            return base::fail(errc::refused, base::phase::storage, "the ledger has no evidence of a staged file");
        const auto temporary = temporary_name(file.evidence);
        const auto left = open_beneath(staging_.get(), temporary, O_RDONLY | O_NONBLOCK);
        if (!left && errno != ENOENT) return failed("open what is left of", file.key);
        if (!left) {
            auto there = content_matches(file);
            if (!there && there.error().code == errc::destination_missing) return recovery::consumed;
            if (!there) return std::unexpected(std::move(there.error()));
            if (!*there) return conflict(file.key);
            // It may have been renamed and not yet synced.
            if (const auto reason = sync_folders({std::string{file.key.folder()}}))
                return failed("sync the folder of", file.key, reason);
            return recovery::published;
        }
        if (is_second_name(left.get(), file.key)) {
            ::unlinkat(staging_.get(), temporary.c_str(), 0);
            return recovery::published;
        }
        const auto content = hash_of(left.get());
        if (!content) return std::unexpected(content.error());
        if (*content != file.sha256) {
            ::unlinkat(staging_.get(), temporary.c_str(), 0);
            return recovery::lost;
        }
        std::vector<std::string> folders;
        const auto outcome = publish_one(file, &folders);
        if (!outcome) return std::unexpected(outcome.error());
        if (const auto reason = sync_folders(folders)) return failed("sync the folder of", file.key, reason);
        return *outcome == publication::published ? recovery::published : recovery::already_there;
    }

    base::result<void> discard(const staged_file& file) override { return remove(temporary_name(file.evidence)); }

    base::result<sweep_report> sweep(const liveness& alive) override {
        auto again = open_beneath(staging_.get(), "", O_RDONLY | O_DIRECTORY);
        const std::unique_ptr<DIR, int (*)(DIR*)> folder{::fdopendir(::dup(again.get())), &::closedir};
        if (!folder) return std::unexpected(system_failure("list temporary files", errno));
        std::vector<claim> dead;
        sweep_report report;
        while (const auto* const entry = ::readdir(folder.get())) {
            const auto owner = owner_of(entry->d_name);
            if (!owner) continue;
            alive.claim(*owner) ? static_cast<void>(++report.kept) : dead.push_back(*owner);
        }
        for (const auto& owner : dead) {
            if (auto done = remove(temporary_name(claim_text(owner))); !done)
                return std::unexpected(std::move(done.error()));
            ++report.removed;
            base::crash_point("sweeping");
        }
        return report;
    }

    std::size_t batch_size() const noexcept override { return batch; }

  private:
    base::result<void> remove(const std::string& temporary) {
        if (::unlinkat(staging_.get(), temporary.c_str(), 0) == 0 || errno == ENOENT) return {};
        return std::unexpected(system_failure("remove a temporary file", errno));
    }

    static std::unexpected<base::error> conflict(const model::destination_key& key) {
        return base::fail(errc::conflict, base::phase::storage,
                          base::escape(key.text()) + " exists with other content; nothing was replaced");
    }

    base::result<publication> publish_one(const staged_file& file, std::vector<std::string>* folders) {
        const std::string path{file.key.folder()}, name{file.key.name()};
        const auto folder = make_folder_beneath(root_.get(), path, settings_.folder_mode);
        if (!folder) return failed("open the folder of", file.key);
        base::crash_point("folder_made");
        const auto temporary = temporary_name(file.evidence);
        folders->push_back(path);
        if (rename_without_replacing(staging_.get(), temporary, folder.get(), name)) {
            base::crash_point("renamed");
            return publication::published;
        }
        if (errno == ENOENT && ::faccessat(staging_.get(), temporary.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0)
            return base::fail(errc::fenced_off, base::phase::storage,
                              "the temporary file of " + base::escape(file.key.text()) + " was taken away");
        if (errno != EEXIST) return failed("publish", file.key);
        const auto same = content_matches(file);
        if (!same) return std::unexpected(same.error());
        if (!*same) return conflict(file.key);
        ::unlinkat(staging_.get(), temporary.c_str(), 0);
        return publication::already_there;
    }

    /// Whether what is under the key of `file` is its content. Errors: `destination_missing` where nothing is.
    base::result<bool> content_matches(const staged_file& file) {
        const auto there = open_beneath(root_.get(), file.key.text(), O_RDONLY | O_NONBLOCK);
        if (!there && errno == ELOOP) return false;
        if (!there) return failed("open", file.key);
        struct ::stat status{};
        if (::fstat(there.get(), &status) != 0) return failed("look at", file.key);
        if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != file.size) return false;
        const auto content = hash_of(there.get());
        if (!content) return std::unexpected(content.error());
        return *content == file.sha256;
    }

    [[nodiscard]] bool is_second_name(int left, const model::destination_key& key) {
        const auto there = open_beneath(root_.get(), key.text(), O_PATH);
        struct ::stat one{}, other{};
        return there && ::fstat(left, &one) == 0 && ::fstat(there.get(), &other) == 0 && one.st_dev == other.st_dev &&
               one.st_ino == other.st_ino;
    }

    /// 0, or the errno of what failed.
    int sync_folders(std::vector<std::string> folders) {
        std::ranges::sort(folders);
        const auto rest = std::ranges::unique(folders);
        folders.erase(rest.begin(), rest.end());
        if (folders.size() >= many) return ::syncfs(root_.get()) == 0 ? 0 : errno;
        for (const auto& path : folders) {
            const auto folder = open_beneath(root_.get(), path, O_RDONLY | O_DIRECTORY);
            if (!folder || ::fsync(folder.get()) != 0) return errno;
        }
        return 0;
    }

    descriptor root_;
    descriptor staging_;
    local_folder_settings settings_;
};

const std::string own_folder{model::destination_key::reserved};
constexpr auto* identity_name = "identity";
constexpr std::size_t identity_size = 32;

std::string use_of(const std::filesystem::path& folder) {
    return "use the folder " + base::escape(folder.string());
}

struct place {
    descriptor root;
    descriptor staging;  ///< not open: there is none yet
};

base::result<place> open_place(const std::filesystem::path& folder) {
    const auto refuse = [&](int reason) { return std::unexpected(system_failure(use_of(folder), reason)); };
    place found;
    found.root = descriptor{
        uninterrupted([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); })};
    if (!found.root) return refuse(errno);
    found.staging = open_beneath(found.root.get(), own_folder, O_RDONLY | O_DIRECTORY);
    if (!found.staging) return errno == ENOENT ? base::result<place>{std::move(found)} : refuse(errno);
    // Somebody else's folder of this name could hold files that look like ours.
    struct ::stat status{};
    if (::fstat(found.staging.get(), &status) != 0) return refuse(errno);
    if (status.st_uid != ::geteuid() || (status.st_mode & 077U) != 0) return refuse(EPERM);
    return found;
}

/// Empty where there is none, or half of one.
std::string identity_in(int staging) {
    const auto file = open_beneath(staging, identity_name, O_RDONLY | O_NONBLOCK);
    std::string text(identity_size + 1, '\0');
    const auto count = file ? ::read(file.get(), text.data(), text.size()) : 0;
    text.resize(count == static_cast<::ssize_t>(identity_size) ? identity_size : 0);
    return text;
}

}  // namespace

base::result<std::string> prepare_local_folder(const std::filesystem::path& folder) {
    auto place = open_place(folder);
    if (!place) return std::unexpected(std::move(place.error()));
    const auto refuse = [&](int reason) { return std::unexpected(system_failure(use_of(folder), reason)); };
    if (!place->staging) {
        if (::mkdirat(place->root.get(), own_folder.c_str(), 0700) != 0 && errno != EEXIST) return refuse(errno);
        place = open_place(folder);
        if (!place) return std::unexpected(std::move(place.error()));
    }
    if (auto known = identity_in(place->staging.get()); !known.empty()) return known;
    std::string identity;
    for (const char octet : crypto::random_bytes(16))
        identity += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    const descriptor file{
        ::openat(place->staging.get(), identity_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
    const auto size = static_cast<::ssize_t>(identity.size());
    if (!file || ::write(file.get(), identity.data(), identity.size()) != size || ::fsync(file.get()) != 0 ||
        ::fsync(place->staging.get()) != 0 || ::fsync(place->root.get()) != 0)
        return refuse(errno);
    return identity;
}

base::result<std::unique_ptr<sink>> open_local_folder(const std::filesystem::path& folder, std::string_view identity,
                                                      local_folder_settings settings) {
    auto place = open_place(folder);
    if (!place) return std::unexpected(std::move(place.error()));
    if (!place->staging || identity_in(place->staging.get()) != identity)
        return base::fail(
            errc::destination_missing, base::phase::storage,
            use_of(folder).insert(0, "cannot ") + ": it is not the folder that was set up (is a disk not mounted?)");
    return std::make_unique<local_folder>(std::move(place->root), std::move(place->staging), settings);
}

}  // namespace gangway::sink
