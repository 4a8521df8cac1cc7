#pragma once
/// Errors as a gateway tells them.

#include <gangway/base/error.hpp>

#include <boost/json/object.hpp>

namespace gangway::cli {

/// {"error", "code", "phase", …} of an answer, or of a run or step in it, as an error: the text escaped for a terminal,
/// everything else as facts.
[[nodiscard]] base::error told_error(const boost::json::object& body);

}  // namespace gangway::cli
