#pragma once
/// A run as people read it, and what it means to a script.

#include <gangway/base/error.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace gangway::cli {

/// All that is known of a run, one fact a line.
[[nodiscard]] std::string run_text(const boost::json::object& run);

/// "listed 1000, pulled 12, failed 0, 3.4 MiB", while it goes on.
[[nodiscard]] std::string run_progress_text(const boost::json::object& run);

[[nodiscard]] bool has_ended(const boost::json::object& run) noexcept;

/// Why a run that has ended did not succeed, with the code that it tells; nothing if it did.
[[nodiscard]] std::optional<base::error> failure_of_run(const boost::json::object& run);

}  // namespace gangway::cli
