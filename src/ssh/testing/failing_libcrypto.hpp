#pragma once
/// For tests: libcrypto failing at one chosen call. The linker leads this program's calls here (`--wrap`, see
/// CMakeLists.txt).

#include <cstdint>

namespace gangway::ssh::testing_support {

/// While it lives, calls are counted, and the one with the number `fatal` (from 1) fails as it would without memory;
/// zero for none. One at a time, on one thread.
class failing_libcrypto {
  public:
    explicit failing_libcrypto(std::uint64_t fatal) noexcept;
    failing_libcrypto(const failing_libcrypto&) = delete;
    failing_libcrypto& operator=(const failing_libcrypto&) = delete;
    ~failing_libcrypto();

    /// How many calls there were.
    [[nodiscard]] std::uint64_t calls() const noexcept;
    /// The name of the function that failed, or null.
    [[nodiscard]] const char* failed() const noexcept;
};

/// While it lives, calls are neither counted nor fail: they are those of the other side.
class sound_libcrypto {
  public:
    sound_libcrypto() noexcept;
    sound_libcrypto(const sound_libcrypto&) = delete;
    sound_libcrypto& operator=(const sound_libcrypto&) = delete;
    ~sound_libcrypto();

  private:
    bool before_;  ///< was it so already?
};

}  // namespace gangway::ssh::testing_support
