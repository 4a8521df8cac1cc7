#pragma once
/// Which files are unpacked on their way, what they are called then, and how much may come out of them.

#include <gangway/model/pull_rules.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::transfer {

/// What is done to the file at `path`: that of `rule` where its name has the ending (".gz", ".zip", in any case) behind
/// something else; other files are published as they are.
[[nodiscard]] model::unpacking unpacking_of(model::unpacking rule, std::string_view path) noexcept;
/// `path` without that ending: the content of "in/a.csv.gz" is "in/a.csv", and that of "in/a.zip" lies in "in/a".
[[nodiscard]] std::string_view unpacked_path(model::unpacking rule, std::string_view path) noexcept;

/// Files of one archive.
inline constexpr std::size_t most_entries = 65'535;
/// The octets that a file or archive of `packed` octets may come to. A bomb is told by how much it grows, beyond a size
/// that does no harm.
[[nodiscard]] std::uint64_t most_unpacked(std::uint64_t packed) noexcept;

}  // namespace gangway::transfer
