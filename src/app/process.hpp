#pragma once
/// What the process itself must be before it holds a secret.

#include <gangway/base/error.hpp>

#include <filesystem>

namespace gangway::app {

/// Memory stays out of core dumps and out of reach of other processes of the user; writing to a closed pipe is an
/// error, not the end.
void harden_process() noexcept;

/// Files made from now on are the user's alone.
void keep_files_private() noexcept;

/// Makes the folder and those above it as far as they are missing, mode 0700, and checks that files can be made in it.
/// Errors: `invalid_value`, field "data_dir".
[[nodiscard]] base::result<void> prepare_data_dir(const std::filesystem::path& folder);

}  // namespace gangway::app
