/// The gateway, with a point at which it dies. Without a label it is the gateway as it is.

#include "crash_hook.hpp"

#include <gangway/app/command_line.hpp>

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
    try {
        gangway::crash::install_from_environment();
        return gangway::app::run(count, arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "gangway_crash: %s\n", failure.what());
        return 1;
    }
}
