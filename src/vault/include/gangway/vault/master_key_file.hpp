#pragma once
/// Where the master keys are kept.

#include <gangway/base/error.hpp>
#include <gangway/vault/keyring.hpp>

#include <string>

namespace gangway::vault {

/// Where to look, in this order.
struct master_key_sources {
    std::string file{};                ///< GANGWAY_MASTER_KEY_FILE; empty: not set
    std::string credentials_folder{};  ///< CREDENTIALS_DIRECTORY, from systemd; empty: not set
    std::string data_folder{};         ///< where a file is made if there is none anywhere
};

/// Blocking. Errors of all calls: `bad_key_file`, and `master_key_missing` where there is no file.
class master_key_file {
  public:
    /// `file` if it is set; `gangway-master-key` in the credentials folder if that is there; else `master-key` in the
    /// data folder, which is Gangway's own. Opens nothing.
    [[nodiscard]] static master_key_file find(const master_key_sources& where);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Whether Gangway may write it; other files are for whoever provided them to change.
    [[nodiscard]] bool is_ours() const noexcept { return kind_ == kind::ours; }

    /// Refuses a file that others may read (for a credential of systemd: that all may read), one of another user but
    /// root, and one of more than 64 KiB.
    [[nodiscard]] base::result<keyring> load() const;
    /// Makes the file with a new key, mode 0600, durably; fails where there is one.
    [[nodiscard]] base::result<keyring> create() const;
    /// Puts these keys in the place of the ones there are, durably and at once: whoever reads it sees the old or the
    /// new keys.
    [[nodiscard]] base::result<void> replace(const keyring& keys) const;

  private:
    enum class kind { provided, credential, ours };
    master_key_file(std::string path, kind what) : path_(std::move(path)), kind_(what) {}

    std::string path_;
    kind kind_;
};

}  // namespace gangway::vault
