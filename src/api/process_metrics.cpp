#include "process_metrics.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace gangway::api {
namespace {

std::string content(const char* path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

double seconds(const ::timeval& time) noexcept {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void write_usage(metrics_text& to) {
    ::rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) != 0) return;
    to.counter("process_cpu_seconds_total", "Computing time, in user and kernel.",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
}

/// proc(5): the second number of statm is resident, the first virtual, both in pages.
void write_memory(metrics_text& to) {
    std::istringstream statm{content("/proc/self/statm")};
    std::uint64_t whole = 0, resident = 0;
    if (!(statm >> whole >> resident)) return;
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    to.gauge("process_resident_memory_bytes", "Resident memory.", resident * page);
    to.gauge("process_virtual_memory_bytes", "Virtual memory.", whole * page);
}

void write_descriptors(metrics_text& to) {
    std::error_code failure;
    std::uint64_t open = 0;
    for (std::filesystem::directory_iterator each{"/proc/self/fd", failure}, end; !failure && each != end;
         each.increment(failure))
        ++open;
    ::rlimit limit{};
    if (failure || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    to.gauge("process_open_fds", "Open descriptors.", open);
    to.gauge("process_max_fds", "How many may be open.", limit.rlim_cur);
}

/// proc(5): the 20th field of stat after the name is the start in clock ticks since boot, the 18th counts threads.
void write_start(metrics_text& to) {
    const auto stat = content("/proc/self/stat");
    const auto uptime = content("/proc/stat");
    const auto name_end = stat.rfind(')');
    const auto boot = uptime.find("\nbtime ");
    if (name_end == std::string::npos || boot == std::string::npos) return;
    std::istringstream fields{stat.substr(name_end + 1)};
    std::array<std::string, 20> values;
    for (auto& value : values)
        fields >> value;
    const auto number = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };
    to.gauge("process_threads", "Threads.", number(values[17]));
    to.gauge("process_start_time_seconds", "When the process started, since 1970.",
             number(uptime.substr(boot + 7)) + number(values[19]) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
}

}  // namespace

void write_process(metrics_text& to) {
    to.gauge("gangway_build_info", "Always 1; the version is a label.");
    to.sample(1U, {{"version", GANGWAY_VERSION}});
    write_usage(to);
    write_memory(to);
    write_descriptors(to);
    write_start(to);
}

}  // namespace gangway::api
