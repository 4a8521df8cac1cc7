#pragma once
/// How a command says that it failed.

#include <gangway/base/error.hpp>

#include <string>

namespace gangway::cli {

/// For people: "gangway: <what happened>", and what to do where that is known.
[[nodiscard]] std::string failure_text(const base::error& failure);

/// Writes the failure to standard error, as text or as one line of JSON in the API's shape, and returns the exit code.
[[nodiscard]] int report(const base::error& failure, bool as_json);

}  // namespace gangway::cli
