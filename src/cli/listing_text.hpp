#pragma once
/// A folder or one file as text for people. Every name is escaped: no octet of it reaches the terminal as it is.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/file_operations.hpp>

#include <string>
#include <vector>

namespace gangway::cli {

struct listing_style {
    bool all = false;          ///< names that begin with a dot, too
    bool long_format = false;  ///< permissions, owner, group, size, time, name
};

/// Sorts by the octets of the names and leaves out hidden ones unless they are wanted.
void arrange(std::vector<net::directory_entry>& entries, const listing_style& style);

/// One line per entry, columns aligned; a field that the server did not send is "?".
[[nodiscard]] std::string listing_text(const std::vector<net::directory_entry>& entries, const listing_style& style);

/// The fields of STAT, one per line.
[[nodiscard]] std::string stat_text(std::string_view path, const sftp::attributes& attributes);

/// A path or name of the server as text for people, all of it.
[[nodiscard]] std::string shown(std::string_view octets);

}  // namespace gangway::cli
