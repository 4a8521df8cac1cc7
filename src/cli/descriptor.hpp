#pragma once
/// A file descriptor that closes itself, and the system's words for what went wrong with it.

#include <gangway/base/error.hpp>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace gangway::cli {

class descriptor {
  public:
    descriptor() = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
    /// Somebody else closes it from here on.
    void release() noexcept { number_ = -1; }
    /// Closes now, because closing can tell of a failed write.
    [[nodiscard]] bool close() noexcept { return ::close(std::exchange(number_, -1)) == 0; }

  private:
    int number_ = -1;
};

/// "cannot <what> <file>: <the system's reason>", phase storage.
[[nodiscard]] base::error system_error(std::string_view what, const std::filesystem::path& file, int reason = errno);

}  // namespace gangway::cli
