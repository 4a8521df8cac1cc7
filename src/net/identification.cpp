#include "not_ssh.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/identification.hpp>

#include <algorithm>

namespace gangway::net {
namespace {

constexpr std::string_view mark = "SSH-";

/// `line` starts with the mark and has no line end.
base::result<std::optional<identification>> parse(std::string_view line) {
    const bool printable = std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
    const auto dash = line.find('-', mark.size());
    if (!printable || dash == std::string_view::npos) return std::unexpected(not_ssh());
    const auto protocol = line.substr(mark.size(), dash - mark.size());
    if (protocol != "2.0" && protocol != "1.99") return std::unexpected(not_ssh());  // RFC 4253 section 5.1
    return identification{std::string{line}, std::string{protocol}, std::string{line.substr(dash + 1)}};
}

}  // namespace

bool takes_requests_ahead(const identification& server) noexcept {
    return server.software.starts_with("OpenSSH_");
}

base::error not_ssh() {
    return {
        errc::not_ssh, base::phase::ssh,
        "the server answers, but not with SSH 2: check host and port; SFTP runs over SSH, usually on port 22, and is "
        "neither FTP, FTPS nor HTTP"};
}

base::result<std::optional<identification>> identification_reader::scan(std::string_view octets, std::size_t& used) {
    used = 0;
    while (true) {
        const auto rest = octets.substr(used);
        const auto end = rest.find('\n');
        const bool whole = end != std::string_view::npos;
        const auto length = whole ? end + 1 : rest.size();
        if (rest.starts_with(mark)) {
            if (length > limits_.line || (!whole && length == limits_.line)) return std::unexpected(not_ssh());
            if (!whole) return std::nullopt;
            auto line = rest.substr(0, end);
            if (line.ends_with('\r')) line.remove_suffix(1);
            return parse(line);
        }
        if (total_ + length > limits_.total) return std::unexpected(not_ssh());
        if (!whole) return std::nullopt;
        if (++lines_ > limits_.lines) return std::unexpected(not_ssh());
        total_ += length;
        used += length;
    }
}

}  // namespace gangway::net
