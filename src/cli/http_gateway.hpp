#pragma once
/// A gateway over HTTP or HTTPS.

#include "gateway.hpp"
#include "gateway_address.hpp"

#include <gangway/base/secret.hpp>

#include <memory>
#include <optional>

namespace gangway::cli {

/// Each call is a connection of its own; answers are at most 64 MiB. With HTTPS the certificate must be valid for the
/// host by the authorities of this system, or those of the file that SSL_CERT_FILE names; TLS 1.2 or 1.3.
[[nodiscard]] std::unique_ptr<gateway> make_http_gateway(gateway_address where, std::optional<base::secret> token);

}  // namespace gangway::cli
