#include "listing_text.hpp"

#include "sizes.hpp"

#include <gangway/base/escape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace gangway::cli {
namespace {

template <class Number>
std::string number_text(const std::optional<Number>& value) {
    return value ? std::to_string(*value) : "?";
}

std::string mode_text(const sftp::attributes& attributes) {
    return attributes.permissions ? sftp::permission_string(*attributes.permissions) : "??????????";
}

std::string_view kind_text(const sftp::attributes& attributes) {
    if (attributes.is_directory()) return "folder";
    if (attributes.is_symlink()) return "symbolic link";
    if (attributes.is_regular()) return "file";
    return attributes.type_known() ? "special file" : "unknown";
}

/// The columns between the permissions and the name.
using row = std::array<std::string, 4>;

row row_of(const sftp::attributes& attributes) {
    return {number_text(attributes.uid), number_text(attributes.gid), number_text(attributes.size),
            attributes.mtime ? local_minute(*attributes.mtime) : "?"};
}

}  // namespace

std::string shown(std::string_view octets) {
    return base::escape(octets, octets.size());
}

void arrange(std::vector<net::directory_entry>& entries, const listing_style& style) {
    if (!style.all) std::erase_if(entries, [](const auto& entry) { return entry.name.starts_with('.'); });
    std::ranges::sort(entries, {}, &net::directory_entry::name);
}

std::string listing_text(const std::vector<net::directory_entry>& entries, const listing_style& style) {
    std::string text;
    const auto out = std::back_inserter(text);
    if (!style.long_format) {
        for (const auto& entry : entries)
            fmt::format_to(out, "{}\n", shown(entry.name));
        return text;
    }
    std::array<std::size_t, 4> width{};
    std::vector<row> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) {
        rows.push_back(row_of(entry.attributes));
        for (std::size_t column = 0; column < width.size(); ++column)
            width[column] = std::max(width[column], rows.back()[column].size());
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& [uid, gid, size, time] = rows[i];
        fmt::format_to(out, "{} {:>{}} {:>{}} {:>{}} {:>{}} {}\n", mode_text(entries[i].attributes), uid, width[0], gid,
                       width[1], size, width[2], time, width[3], shown(entries[i].name));
    }
    return text;
}

std::string stat_text(std::string_view path, const sftp::attributes& attributes) {
    std::string text;
    const auto line = [&](std::string_view name, std::string_view value) {
        fmt::format_to(std::back_inserter(text), "{:<12}{}\n", name, value);
    };
    line("path", shown(path));
    line("type", kind_text(attributes));
    if (attributes.size) line("size", fmt::format("{} ({})", *attributes.size, size_text(*attributes.size)));
    if (attributes.permissions)
        line("mode", fmt::format("{:04o} ({})", *attributes.permissions & 07777U, mode_text(attributes)));
    if (attributes.uid) line("owner", number_text(attributes.uid));
    if (attributes.gid) line("group", number_text(attributes.gid));
    if (attributes.mtime) line("modified", utc_text(*attributes.mtime));
    if (attributes.atime) line("accessed", utc_text(*attributes.atime));
    return text;
}

}  // namespace gangway::cli
