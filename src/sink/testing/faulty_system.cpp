#include "faulty_system.hpp"

#include <atomic>
#include <cerrno>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gangway::sink {
namespace {

struct plan_of_failure {
    std::string name{};
    int reason = 0;
    std::size_t nth = 0;
    bool only_once = false;
    std::atomic<std::size_t> seen = 0;
};
plan_of_failure& failure() {
    static plan_of_failure instance;
    return instance;
}

bool fails(std::string_view name) {
    auto& planned = failure();
    if (planned.name != name) return false;
    const auto number = planned.seen++;
    if (planned.only_once ? number != planned.nth : number < planned.nth) return false;
    errno = planned.reason;
    return true;
}

}  // namespace

failing_call::failing_call(std::string_view name, int reason, std::size_t nth) {
    auto& planned = failure();
    planned.name = name;
    planned.reason = reason;
    planned.nth = nth;
    planned.only_once = false;
    planned.seen = 0;
}
failing_call::~failing_call() {
    failure().name.clear();
}
failing_call& failing_call::once() {
    failure().only_once = true;
    return *this;
}
std::size_t failing_call::calls() const {
    return failure().seen;
}

}  // namespace gangway::sink

using gangway::sink::fails;

// The C library's own parameters have reserved names. NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {
ssize_t write(int file, const void* octets, size_t count) {
    if (fails("short write") && count > 1) count = 1;
    return fails("write") ? -1 : ::syscall(SYS_write, file, octets, count);
}
int fsync(int file) {
    return fails("fsync") ? -1 : static_cast<int>(::syscall(SYS_fsync, file));
}
int syncfs(int file) noexcept {
    return fails("syncfs") ? -1 : static_cast<int>(::syscall(SYS_syncfs, file));
}
int fchmod(int file, mode_t mode) noexcept {
    return fails("fchmod") ? -1 : static_cast<int>(::syscall(SYS_fchmod, file, mode));
}
int mkdirat(int folder, const char* name, mode_t mode) noexcept {
    return fails("mkdirat") ? -1 : static_cast<int>(::syscall(SYS_mkdirat, folder, name, mode));
}
int linkat(int from, const char* old_name, int to, const char* new_name, int flags) noexcept {
    return fails("linkat") ? -1 : static_cast<int>(::syscall(SYS_linkat, from, old_name, to, new_name, flags));
}
int unlinkat(int folder, const char* name, int flags) noexcept {
    return fails("unlinkat") ? -1 : static_cast<int>(::syscall(SYS_unlinkat, folder, name, flags));
}
int renameat2(int from, const char* old_name, int to, const char* new_name, unsigned flags) noexcept {
    return fails("renameat2") ? -1 : static_cast<int>(::syscall(SYS_renameat2, from, old_name, to, new_name, flags));
}
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
