#pragma once
/// The part of a file that a request asks for (RFC 9110 section 14).

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace gangway::api {

/// Octets from `first`, which is inside the file, to `last`, inclusive.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    [[nodiscard]] std::uint64_t length() const noexcept { return last - first + 1; }
    friend bool operator==(const byte_range&, const byte_range&) = default;
};

struct unsatisfiable {
    friend bool operator==(unsatisfiable, unsatisfiable) = default;
};
struct whole_file {
    friend bool operator==(whole_file, whole_file) = default;
};

/// What a Range field asks of a file of `size` octets: one range "bytes=a-b", "bytes=a-" or "bytes=-n". Any other unit
/// means the whole file, as the RFC wants; several ranges, and what is no range, are not satisfiable: nobody is sent a
/// file many times over for asking oddly.
[[nodiscard]] std::variant<whole_file, byte_range, unsatisfiable> parse_range(std::string_view field,
                                                                              std::uint64_t size);

}  // namespace gangway::api
