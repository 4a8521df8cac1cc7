#pragma once
/// Which file or folder of a server a URL means.

#include <gangway/base/error.hpp>
#include <gangway/model/remote_path.hpp>

#include <string_view>

namespace gangway::api {

struct file_target {
    model::remote_path path;
    bool folder = false;  ///< the URL ends with a slash
};

/// What follows "files/" in a URL. Each segment is percent-decoded once, to octets: "a/b%20c" is "/a/b c". A first
/// segment "~" is the folder in which the server puts the login: "~/x" is "x". Nothing, or a slash at the end, means
/// the folder.
///
/// Each path has one meaning and nearly one spelling: empty segments, "." and "..", however they are encoded, and
/// encoded slashes and NULs are refused. Errors, all `bad_request` with the field "path"; also a percent sign without
/// two hexadecimal digits, and what `model::remote_path` refuses.
[[nodiscard]] base::result<file_target> parse_file_target(std::string_view rest);

}  // namespace gangway::api
