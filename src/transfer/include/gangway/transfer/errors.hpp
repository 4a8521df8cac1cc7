#pragma once
/// What can keep a folder from being pulled, or one of its files.

#include <gangway/base/error.hpp>

#include <system_error>

namespace gangway::transfer {

enum class errc {
    // A run as a whole.
    lease_lost = 1,   ///< another node works on the connection now
    listing_too_big,  ///< more entries, or deeper folders, than a run takes
    bad_rule,         ///< a rule that cannot be carried out on this folder
    cancelled,        ///< somebody ended the run

    // One file of it.
    source_changed,     ///< not what the listing said any more
    checksum_missing,   ///< the file with its SHA-256 is not there, or does not tell it
    checksum_mismatch,  ///< the sender's SHA-256 is another
    target_exists,      ///< the folder to move to has another file of its name

    // The service.
    no_such_folder,   ///< no folder has this id
    no_such_file,     ///< the ledger has no such row, or it was never published
    already_running,  ///< fact "run": the id of the run that is on its way
};

[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc value) noexcept;

}  // namespace gangway::transfer

template <>
struct std::is_error_code_enum<gangway::transfer::errc> : std::true_type {};
