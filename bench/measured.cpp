// measured REPORT COMMAND [ARGUMENT...]
//
// Runs a command and writes to the file REPORT, as one JSON object, what it cost: wall time until the command itself
// ended, and processor time and peak memory of it and of all it started. The exit status is the command's, 127 if it
// could not be started, 128 + the signal that ended it.
//
// A small program of its own because a child's recorded peak begins with the memory of the process that forked it, and
// an interpreter's would hide that of a small command.
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int count, char** arguments) {
    using clock = std::chrono::steady_clock;
    if (count < 3) {
        fmt::print(stderr, "usage: measured REPORT COMMAND [ARGUMENT...]\n");
        return 127;
    }
    // What the command leaves behind, e.g. the ssh under a file transfer client, becomes our child and is counted.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const auto began = clock::now();
    const auto child = ::fork();
    if (child < 0) return 127;
    if (child == 0) {
        ::execvp(arguments[2], arguments + 2);
        fmt::print(stderr, "{}: {}\n", arguments[2], std::strerror(errno));
        std::_Exit(127);
    }

    double wall = 0;
    double processor = 0;
    long peak_kib = 0;
    int result = 127;
    for (;;) {
        int status = 0;
        rusage used{};
        const auto ended = ::wait4(-1, &status, 0, &used);
        if (ended < 0 && errno == EINTR) continue;
        if (ended < 0) break;
        if (ended == child) {
            wall = std::chrono::duration<double>(clock::now() - began).count();
            result = exit_code(status);
        }
        // A child's figures hold those of its own children, as far as it waited for them.
        processor += seconds(used.ru_utime) + seconds(used.ru_stime);
        if (used.ru_maxrss > peak_kib) peak_kib = used.ru_maxrss;
    }

    auto* report = std::fopen(arguments[1], "w");
    if (report == nullptr) return 127;
    fmt::print(report, R"({{"wall_s":{:.6f},"cpu_s":{:.6f},"peak_kib":{}}})", wall, processor, peak_kib);
    return std::fclose(report) == 0 ? result : 127;
}
