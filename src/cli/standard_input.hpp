#pragma once
/// A secret that a script hands over.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

namespace gangway::cli {

/// The first line of standard input. An error if it is empty.
[[nodiscard]] base::result<base::secret> secret_from_input();

}  // namespace gangway::cli
