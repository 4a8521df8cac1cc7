#include "identification.hpp"

#include "failures.hpp"

#include <algorithm>

namespace gangway::ssh {
namespace {

/// Printable US-ASCII with a protocol version that means 2 and a software version.
bool is_identification(std::string_view line) noexcept {
    const auto printable = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
    for (const std::string_view start : {"SSH-2.0-", "SSH-1.99-"})
        if (line.starts_with(start)) return printable && line.size() > start.size() && line[start.size()] != ' ';
    return false;
}

}  // namespace

base::result<std::optional<std::string>> identification_scanner::scan(std::string_view octets, std::size_t& used) {
    used = 0;
    for (;;) {
        const auto rest = octets.substr(used);
        const bool begins_ssh = rest.starts_with("SSH-");
        const auto end = rest.find('\n');
        if (end == rest.npos) {
            if (begins_ssh ? rest.size() >= line_limit : total_ + rest.size() > total_limit)
                return refuse(errc::not_ssh, "the server did not identify itself as an SSH server");
            return std::nullopt;
        }
        used += end + 1;
        if (begins_ssh) {
            auto line = rest.substr(0, end);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (end + 1 > line_limit || !is_identification(line))
                return refuse(errc::not_ssh,
                              "the server does not speak SSH 2, or its identification line is malformed");
            return std::string(line);
        }
        total_ += end + 1;
        if (++lines_ > lines_limit || total_ > total_limit)
            return refuse(errc::not_ssh, "the server did not identify itself as an SSH server");
    }
}

std::string our_identification(std::string_view software) {
    return "SSH-2.0-" + std::string(software);
}

}  // namespace gangway::ssh
