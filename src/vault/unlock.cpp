#include <gangway/vault/errors.hpp>
#include <gangway/vault/unlock.hpp>

#include <algorithm>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace gangway::vault {
namespace {

/// Secrets in one transaction of a rotation.
constexpr std::size_t batch = 100;

/// One rotation at a time on this machine: two would each write a file without the other's new key.
class rotation_lock {
  public:
    explicit rotation_lock(const std::string& path)
        : file_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)),
          held_(file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0) {}
    rotation_lock(const rotation_lock&) = delete;
    rotation_lock& operator=(const rotation_lock&) = delete;
    ~rotation_lock() {
        if (file_ >= 0) ::close(file_);
    }
    [[nodiscard]] bool held() const noexcept { return held_; }

  private:
    int file_;
    bool held_;
};

/// The keys to rotate to. A keyring of several is a rotation that has begun; else one of Gangway's own begins here.
base::result<keyring> next_keys(const master_key_file& file, rotation& about) {
    auto keys = file.load();
    if (!keys) return keys;
    about.resumed = keys->size() > 1 && file.is_ours();
    if (about.resumed || !file.is_ours()) return keys;
    auto more = keys->with_next();
    if (const auto written = file.replace(more); !written) return std::unexpected(written.error());
    return more;
}

}  // namespace

base::result<void> recognise(store::transaction& tx, const vault& with) {
    std::uint32_t newest = 0;
    for (const auto& row : store::secrets::master_keys(tx)) {
        if (const auto known = with.check(row); !known) return known;
        newest = std::max(newest, row.version);
    }
    const auto current = with.current();
    if (current > newest && !store::secrets::add_master_key(tx, *with.check_value(current)))
        return refuse(errc::busy, "another process has just noted a new master key; start again");
    return {};
}

base::result<std::unique_ptr<vault>> unlock(store::database& db, const master_key_file& file) {
    const auto known = db.read([](store::transaction& tx) { return store::secrets::master_keys(tx); });
    if (!known) return std::unexpected(known.error());
    auto keys = file.load();
    if (!keys && keys.error().code == errc::master_key_missing) {
        if (!known->empty() || !file.is_ours()) {
            keys.error().message += known->empty() ? "; make it with: openssl rand -base64 32"
                                                   : "; put the file back that belongs to this database";
            return std::unexpected(std::move(keys.error()));
        }
        keys = file.create();
    }
    if (!keys) return std::unexpected(keys.error());
    auto made = std::make_unique<vault>(std::move(*keys));
    const auto recognised = db.write([&](store::transaction& tx) { return recognise(tx, *made); });
    if (!recognised) return std::unexpected(recognised.error());
    return made;
}

base::result<std::size_t> rotate_some(store::transaction& tx, const vault& with, std::size_t limit) {
    const auto rows = store::secrets::outdated(tx, with.current(), limit);
    for (const auto& row : rows) {
        const auto sealed = with.reseal(row);
        if (!sealed) return std::unexpected(sealed.error());
        // Changed meanwhile: the next call finds it again if it still is outdated.
        (void)store::secrets::reseal(tx, row, *sealed);
    }
    return rows.size();
}

base::result<bool> retire_older(store::transaction& tx, const vault& with) {
    bool alone = true;
    for (const auto& row : store::secrets::master_keys(tx))
        if (row.version != with.current() && !store::secrets::remove_master_key(tx, row.version)) alone = false;
    return alone;
}

base::result<rotation> rotate(store::database& db, vault& with, const master_key_file& file,
                              const std::function<void(std::string_view)>& reached) {
    const auto step = [&reached](std::string_view what) {
        if (reached) reached(what);
    };
    const rotation_lock lock(file.path());
    if (file.is_ours() && !lock.held()) return refuse(errc::busy, "another rotation of the master key is under way");
    rotation about;
    auto keys = next_keys(file, about);
    if (!keys) return std::unexpected(keys.error());
    about.to = keys->current();
    step("key added to the file");

    const vault next(keys->clone());
    const auto noted = db.write([&](store::transaction& tx) { return recognise(tx, next); });
    if (!noted) return std::unexpected(noted.error());
    with.replace(keys->clone());  // not before: the database takes nothing that is sealed with a key it does not know
    step("key noted in the database");
    for (;;) {
        const auto done = db.write([&](store::transaction& tx) { return rotate_some(tx, with, batch); });
        if (!done) return std::unexpected(done.error());
        if (*done == 0) break;
        about.secrets += *done;
        step("secrets sealed");
    }
    const auto alone = db.write([&](store::transaction& tx) { return retire_older(tx, with); });
    if (!alone) return std::unexpected(alone.error());
    step("older keys forgotten by the database");
    if (!*alone) return refuse(errc::busy, "secrets were sealed with the older key meanwhile: rotate again");
    if (file.is_ours()) {
        if (const auto written = file.replace(keys->newest_only()); !written) return std::unexpected(written.error());
        with.replace(keys->newest_only());
        step("older keys removed from the file");
    }
    return about;
}

}  // namespace gangway::vault
