#pragma once
/// Where on this machine people may let files be put.

#include <gangway/base/error.hpp>

#include <filesystem>
#include <span>

namespace gangway::api {

/// The folder that `given` names: relative to the first of `roots`, or absolute and beneath one of them; not one of
/// them itself. Made where it is not there. The result has no symbolic links in it. Blocking.
///
/// Whoever may use the API must not get to write anywhere else on this machine: `..` is refused, and so is a link that
/// leads out. Errors: `bad_request` with the field "destination.folder"; of `sink` where it cannot be made.
[[nodiscard]] base::result<std::filesystem::path> make_local_place(const std::filesystem::path& given,
                                                                   std::span<const std::filesystem::path> roots);

}  // namespace gangway::api
