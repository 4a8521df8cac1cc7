#include "request.hpp"

#include <gangway/model/duration.hpp>
#include <gangway/model/errors.hpp>

#include <charconv>
#include <utility>

namespace gangway::cli {
namespace {

base::result<std::optional<std::uint32_t>> parse_mode(const std::string& text) {
    if (text.empty()) return std::nullopt;
    std::uint32_t mode = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, mode, 8);
    if (failure != std::errc{} || stopped != end || mode > 07777)
        return model::invalid("mode", "a mode is octal, from 0 to 7777, such as 640");
    return mode;
}

base::result<net::timers> parse_limits(const std::string& timeout) {
    net::timers limits;
    if (timeout.empty()) return limits;
    const auto each = model::parse_duration(timeout, "timeout");
    if (!each) return std::unexpected(each.error());
    return net::timers{*each, *each, *each, *each, *each};
}

base::result<void> check_combinations(const command_line& line) {
    const bool uses_input = line.what == verb::put && line.local == "-";
    const bool uses_output = line.what == verb::get && line.local == "-";
    if (line.password_stdin && line.passphrase_stdin)
        return model::invalid("password-stdin", "standard input holds one secret: a password or a passphrase");
    if (uses_input && (line.password_stdin || line.passphrase_stdin))
        return model::invalid("password-stdin", "standard input is already the file to put");
    if (uses_output && line.json)
        return model::invalid("json", "standard output is already the file: leave out --json");
    if (line.recursive && line.local == "-")
        return model::invalid("recursive", "a folder cannot go through standard input or output");
    if (line.recursive && (line.append || !line.mode.empty()))
        return model::invalid("recursive", "-r does not go with --append or --mode");
    if (line.resume && (line.local == "-" || line.append))
        return model::invalid("resume", "--resume is for files: it does not go with --append or a pipe");
    if (line.preserve && !line.recursive) return model::invalid("preserve", "--preserve belongs to --recursive");
    if (line.local.starts_with("sftp://"))
        return model::invalid("local", "one side of a transfer is a local file; between two servers, get and then put");
    if (line.append && (line.atomic || line.no_overwrite))
        return model::invalid("append", "--append adds to a file, so it does not go with --atomic or --no-overwrite");
    return {};
}

/// mv: another path on the same server, or the same server's URL.
base::result<model::remote_path> parse_target(const std::string& text, const model::sftp_url& source) {
    if (!text.starts_with("sftp://")) return model::remote_path::parse(text, "target");
    auto url = model::sftp_url::parse(text);
    if (!url) return std::unexpected(std::move(url.error()));
    if (url->endpoint != source.endpoint || url->username != source.username)
        return model::invalid("target", "the target is on another server or of another user; mv only renames");
    return model::remote_path::parse(std::move(url->path), "target");
}

/// The last component of a path that the user wrote, as the name of a local file.
base::result<std::filesystem::path> local_name_of(const model::remote_path& path) {
    if (!model::is_entry_name(path.name()))
        return model::invalid("local", "the URL does not end with a file's name: say where to put the file");
    return std::filesystem::path{std::string{path.name()}};
}

/// Into a folder the file goes under its own name. A folder that is gone on with is there already, and is still the one
/// that was named, unless a slash or a dot says that it is what the target lies in.
base::result<std::filesystem::path> download_target(const command_line& line, const model::remote_path& path) {
    const auto& local = line.local;
    const bool recursive = line.recursive;
    std::error_code ignored;
    const auto last = std::filesystem::path{local}.filename();
    if (recursive && line.resume && !last.empty() && last != "." && last != "..") return std::filesystem::path{local};
    // All of a server's files have no name of their own.
    if (recursive && !local.empty() && path.name().empty()) return std::filesystem::path{local};
    const bool into_folder = local.empty() || std::filesystem::is_directory(local, ignored);
    if (!into_folder) return std::filesystem::path{local};
    const auto name = local_name_of(path);
    if (!name) return name;
    return local.empty() ? *name : std::filesystem::path{local} / *name;
}

base::result<void> place_files(request& wanted) {
    const auto& line = wanted.line;
    if (line.what == verb::get && line.local != "-") {
        auto target = download_target(line, wanted.path);
        if (!target) return std::unexpected(std::move(target.error()));
        wanted.local = std::move(*target);
    }
    if (line.what != verb::put) return {};
    const bool into_folder = wanted.path.octets().ends_with('/');
    if (line.local == "-") {
        if (into_folder) return model::invalid("url", "standard input has no name: end the URL with the file's name");
        return {};
    }
    wanted.local = line.local;
    if (!into_folder) return {};
    // "folder/" is the same folder as "folder".
    const auto own = wanted.local->has_filename() ? *wanted.local : wanted.local->parent_path();
    auto path = wanted.path.child(own.filename().native());
    if (!path) return std::unexpected(std::move(path.error()));
    wanted.path = std::move(*path);
    return {};
}

}  // namespace

base::result<request> understand(command_line line) {
    if (const auto fits = check_combinations(line); !fits) return std::unexpected(fits.error());
    auto url = model::sftp_url::parse(line.url);
    if (!url) return std::unexpected(std::move(url.error()));
    auto path = model::remote_path::parse(url->path, "url");
    if (!path) return std::unexpected(std::move(path.error()));
    const auto mode = parse_mode(line.mode);
    if (!mode) return std::unexpected(mode.error());
    const auto limits = parse_limits(line.timeout);
    if (!limits) return std::unexpected(limits.error());

    request wanted{
        .line = std::move(line), .where = std::move(*url), .path = std::move(*path), .mode = *mode, .limits = *limits};
    if (const auto placed = place_files(wanted); !placed) return std::unexpected(placed.error());
    if (wanted.line.what == verb::mv) {
        auto target = parse_target(wanted.line.target, wanted.where);
        if (!target) return std::unexpected(std::move(target.error()));
        wanted.target = std::move(*target);
    }
    return wanted;
}

}  // namespace gangway::cli
