#pragma once
/// Changing a small file so that nobody ever sees half of it, and a crash or a full disk loses nothing.

#include <gangway/base/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::net {

/// An open file descriptor; closed when it goes.
class descriptor {
  public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor();

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

  private:
    int number_;
};

/// All of a file; nothing of a file that does not exist. Errors: `host_key_store_failed`, also where it is larger than
/// 64 MiB or no regular file.
[[nodiscard]] base::result<std::string> read_file(const std::filesystem::path& path);

/// New content of a file, complete and synced under a temporary name beside it. Destroying it removes that.
class staged_file {
  public:
    /// For its owner only (0600). The folder is made if only that is missing.
    [[nodiscard]] static base::result<staged_file> write(std::filesystem::path target, std::string_view content);
    staged_file(staged_file&& other) noexcept
        : target_(std::move(other.target_)), temporary_(std::exchange(other.temporary_, {})) {}
    staged_file& operator=(staged_file&& other) noexcept {
        std::swap(target_, other.target_);
        std::swap(temporary_, other.temporary_);
        return *this;
    }
    ~staged_file();

    /// Takes the target's place, and syncs the folder. Called once.
    [[nodiscard]] base::result<void> publish();

  private:
    staged_file(std::filesystem::path target, std::string temporary)
        : target_(std::move(target)), temporary_(std::move(temporary)) {}

    std::filesystem::path target_;
    std::string temporary_;  ///< empty: nothing to remove
};

/// Removes what a crash left of staged files for `target` an hour ago or longer.
void sweep_staged_files(const std::filesystem::path& target);

/// The lock that guards `target` against other threads and processes, which all ask for it this way: flock(2) on a file
/// of its own beside it, because the target itself is replaced. Held from a successful `try_take` until it goes.
///
/// Whoever has the lock removes the file when done. So a lock on a file that lost its name meanwhile is worth nothing:
/// others lock the next one.
class lock_file {
  public:
    /// Makes the file where there is none, so that taking the lock later needs no space.
    [[nodiscard]] static base::result<lock_file> open(const std::filesystem::path& target);
    lock_file(lock_file&&) noexcept = default;
    lock_file& operator=(lock_file&&) = delete;
    ~lock_file();
    /// False: somebody else has it.
    [[nodiscard]] base::result<bool> try_take();

  private:
    lock_file(descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
    /// Whether the open file is still the one of that name.
    [[nodiscard]] bool has_its_name() const noexcept;

    descriptor file_;
    std::string path_;
};

}  // namespace gangway::net
