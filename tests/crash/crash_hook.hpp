#pragma once
/// Where the programs of this folder die, as their environment says: GANGWAY_CRASH_AT is a label of docs/read-once.md,
/// GANGWAY_CRASH_AFTER how often it is passed before (0 where it is not set). GANGWAY_CRASH_BY is "stop" for SIGSTOP in
/// place of SIGKILL.

#include <gangway/base/crash_point.hpp>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

namespace gangway::crash {

inline std::string fatal_label;
inline std::atomic<long> passes_left{0};
inline int fatal_signal = SIGKILL;

inline void die_here(const char* label) {
    if (fatal_label == label && passes_left.fetch_sub(1) == 0) ::raise(fatal_signal);
}

/// Does nothing without a label.
inline void install_from_environment() {
    const char* const label = std::getenv("GANGWAY_CRASH_AT");
    if (label == nullptr) return;
    fatal_label = label;
    if (const char* passes = std::getenv("GANGWAY_CRASH_AFTER")) passes_left = std::strtol(passes, nullptr, 10);
    if (const char* how = std::getenv("GANGWAY_CRASH_BY"); how != nullptr && std::string_view{how} == "stop")
        fatal_signal = SIGSTOP;
    base::install_crash_hook(&die_here);
}

}  // namespace gangway::crash
