#pragma once
/// Numbers as people read them.

#include <chrono>
#include <cstdint>
#include <string>

namespace gangway::cli {

/// "0 B", "999 B", "1.0 KiB", "12.3 MiB", "4.0 GiB": one digit after the point above octets.
[[nodiscard]] std::string size_text(std::uint64_t octets);

/// "0:07", "12:34", "1:02:03".
[[nodiscard]] std::string clock_text(std::chrono::seconds duration);

/// A count of microseconds in milliseconds: "0.4 ms", "12 ms", "1203 ms".
[[nodiscard]] std::string milliseconds_text(std::chrono::microseconds duration);

/// Seconds since 1970 in the local time zone: "2026-01-15 12:00".
[[nodiscard]] std::string local_minute(std::uint32_t seconds);

/// Seconds since 1970: "2026-01-15T12:00:00.000Z".
[[nodiscard]] std::string utc_text(std::uint32_t seconds);

}  // namespace gangway::cli
