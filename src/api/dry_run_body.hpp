#pragma once
/// A dry run as the body of an answer, written piece by piece: a folder may have a million files.

#include <gangway/api/streams.hpp>
#include <gangway/transfer/folder_run.hpp>

#include <cstdint>
#include <memory>

namespace gangway::api {

enum class list_form : std::uint8_t {
    object,  ///< one JSON object with an array
    lines,   ///< one object a line, and a last one with the totals
};

[[nodiscard]] std::unique_ptr<streamed_body> dry_run_body(transfer::dry_run result, list_form how);

}  // namespace gangway::api
