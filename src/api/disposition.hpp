#pragma once
/// The name under which a browser saves a download.

#include <string>
#include <string_view>

namespace gangway::api {

/// Content-Disposition for a file of this name: always "attachment", so that nothing of a server's is shown as a page
/// of ours. `filename` has only harmless ASCII, `filename*` (RFC 8187) the whole name. What could lead out of the
/// folder for downloads, hide the name's end or break the line is "_" in both: control characters, slashes of either
/// kind, marks that turn the direction of writing, octets that are not UTF-8. The name is cut at 255 octets, at a
/// character.
[[nodiscard]] std::string attachment(std::string_view name);

}  // namespace gangway::api
