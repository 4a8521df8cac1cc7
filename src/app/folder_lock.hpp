#pragma once
/// Who works with a data folder.

#include <gangway/base/error.hpp>

#include <filesystem>
#include <utility>

namespace gangway::app {

/// Held as long as this lives, or until the process ends. Gateways share a folder; what changes its secrets has it
/// alone.
class folder_lock {
  public:
    enum class how : bool { shared, alone };
    /// Errors: `invalid_value`, field "data_dir", if somebody else has it in a way that excludes this.
    [[nodiscard]] static base::result<folder_lock> take(const std::filesystem::path& folder, how wanted);

    folder_lock(folder_lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;
    ~folder_lock();

  private:
    explicit folder_lock(int file) noexcept : file_(file) {}

    int file_;
};

}  // namespace gangway::app
