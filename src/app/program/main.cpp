#include <gangway/app/command_line.hpp>

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
    try {
        return gangway::app::run(count, arguments);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "gangway: this is a bug or a lack of memory: %s\n", failure.what());
        return 1;
    }
}
