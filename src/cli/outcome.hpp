#pragma once
/// What a command has to say at its end.

#include <gangway/base/error.hpp>

#include <optional>
#include <string>

namespace gangway::cli {

struct outcome {
    std::string output{};  ///< for standard output
    std::string note{};    ///< for standard error: what a script does not want in its pipe
    std::optional<base::error> failure{};
};

/// Prints it and returns the exit code. What cannot be printed is a failure.
[[nodiscard]] int print(outcome end, bool as_json);

}  // namespace gangway::cli
