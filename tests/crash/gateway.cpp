/// The gateway, with a point at which it dies: GANGWAY_CRASH_AT is a label of docs/read-once.md, GANGWAY_CRASH_AFTER
/// how often it is passed before (0 where it is not set). Without a label it is the gateway as it is.

#include <gangway/app/command_line.hpp>
#include <gangway/base/crash_point.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

std::string fatal_label;
std::atomic<long> passes_left{0};

void die_here(const char* label) {
    if (fatal_label == label && passes_left.fetch_sub(1) == 0) ::raise(SIGKILL);
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (const char* label = std::getenv("GANGWAY_CRASH_AT")) {
            fatal_label = label;
            if (const char* passes = std::getenv("GANGWAY_CRASH_AFTER")) passes_left = std::strtol(passes, nullptr, 10);
            gangway::base::install_crash_hook(&die_here);
        }
        return gangway::app::run(count, arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "gangway_crash: %s\n", failure.what());
        return 1;
    }
}
