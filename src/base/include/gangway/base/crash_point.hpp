#pragma once
/// Places with a name at which a test may kill the process (docs/read-once.md has their table).

#include <atomic>

namespace gangway::base {

/// Called with the label at each place that is passed. From any thread.
using crash_hook = void (*)(const char* label);

namespace detail {
inline std::atomic<crash_hook> installed_crash_hook{nullptr};
}

/// For test programs only: nothing that is shipped installs one.
inline void install_crash_hook(crash_hook hook) noexcept {
    detail::installed_crash_hook.store(hook, std::memory_order_release);
}

/// Does nothing unless a hook is installed.
inline void crash_point(const char* label) {
    if (const auto hook = detail::installed_crash_hook.load(std::memory_order_acquire)) hook(label);
}

}  // namespace gangway::base
