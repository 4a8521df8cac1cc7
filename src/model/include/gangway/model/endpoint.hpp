#pragma once
/// Where an SFTP server listens.

#include <gangway/model/host.hpp>

#include <cstdint>
#include <string>

namespace gangway::model {

inline constexpr std::uint16_t default_port = 22;

/// A port as a number: 1 to 65535.
[[nodiscard]] base::result<std::uint16_t> parse_port(std::int64_t value, std::string_view field = "port");
/// A port as decimal digits only.
[[nodiscard]] base::result<std::uint16_t> parse_port(std::string_view digits, std::string_view field = "port");

struct endpoint {
    model::host host;
    std::uint16_t port = default_port;

    /// `host:port`, with brackets around IPv6; for messages and logs.
    [[nodiscard]] std::string text() const;
    friend bool operator==(const endpoint&, const endpoint&) = default;
};

}  // namespace gangway::model
