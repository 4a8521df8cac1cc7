#pragma once
/// One administering command from its line to its exit code.

#include "admin_line.hpp"
#include "gateway_address.hpp"

#include <gangway/base/secret.hpp>
#include <gangway/cli/administration.hpp>

#include <optional>

namespace gangway::cli {

/// Where the gateway is: --gateway, GANGWAY_URL, or http://127.0.0.1:8080.
[[nodiscard]] base::result<gateway_address> chosen_gateway(const admin_line& line, const environment_lookup& variable);

/// The token: of --token-file, of the file in GANGWAY_TOKEN_FILE, or else `token`, which GANGWAY_API_TOKEN held.
/// Nothing if there is none. A file that others may read is refused.
[[nodiscard]] base::result<std::optional<base::secret>> chosen_token(const admin_line& line,
                                                                     const environment_lookup& variable,
                                                                     std::optional<base::secret> token);

/// Runs it, prints, and returns the exit code.
[[nodiscard]] int run_action(const admin_line& line, std::optional<base::secret> token,
                             const environment_lookup& variable);

}  // namespace gangway::cli
