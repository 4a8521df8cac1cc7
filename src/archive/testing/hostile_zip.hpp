#pragma once
/// For tests: octets, and zip archives whose every field can be a lie.

#include "../little_endian.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace gangway::archive::testing {

inline std::string from_hex(std::string_view text) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string octets;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        octets += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
    return octets;
}

/// A stored entry, true unless it is said otherwise.
struct told_entry {
    std::string name{};
    std::string content{};
    std::uint16_t flags = 0, method = 0, host = 3, disk = 0;
    std::uint32_t mode = 0100644;
    std::optional<std::uint32_t> checksum{}, packed{}, plain{}, offset{};
    std::optional<std::string> local_name{};  ///< in front of the content
    std::string extra{};                      ///< in the directory
};

/// What the record at the end says.
struct told_end {
    std::uint16_t disk = 0, more_entries = 0;
    std::uint32_t shift = 0;  ///< of the directory's place
    std::string comment{};
};

inline std::string hostile_zip(const std::vector<told_entry>& entries, const told_end& end = {}) {
    std::string out, directory;
    for (const auto& each : entries) {
        const auto offset = each.offset.value_or(static_cast<std::uint32_t>(out.size()));
        const auto checksum = each.checksum.value_or(static_cast<std::uint32_t>(::crc32_z(
            ::crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(each.content.data()), each.content.size())));
        const auto size = static_cast<std::uint32_t>(each.content.size());
        const auto& before = each.local_name.value_or(each.name);
        put32(out, 0x04034b50), put16(out, 20), put16(out, each.flags), put16(out, each.method), put32(out, 0);
        put32(out, checksum), put32(out, size), put32(out, size);
        put16(out, static_cast<std::uint16_t>(before.size())), put16(out, 0);
        out += before + each.content;
        put32(directory, 0x02014b50), put16(directory, static_cast<std::uint16_t>(each.host << 8 | 20));
        put16(directory, 20), put16(directory, each.flags), put16(directory, each.method), put32(directory, 0);
        put32(directory, checksum), put32(directory, each.packed.value_or(size));
        put32(directory, each.plain.value_or(size));
        put16(directory, static_cast<std::uint16_t>(each.name.size()));
        put16(directory, static_cast<std::uint16_t>(each.extra.size()));
        put16(directory, 0), put16(directory, each.disk), put16(directory, 0);
        put32(directory, each.mode << 16), put32(directory, offset);
        directory += each.name + each.extra;
    }
    const auto at = static_cast<std::uint32_t>(out.size());
    const auto count = static_cast<std::uint16_t>(entries.size() + end.more_entries);
    out += directory;
    put32(out, 0x06054b50), put16(out, end.disk), put16(out, end.disk), put16(out, count), put16(out, count);
    put32(out, static_cast<std::uint32_t>(directory.size())), put32(out, at + end.shift);
    put16(out, static_cast<std::uint16_t>(end.comment.size()));
    return out + end.comment;
}

}  // namespace gangway::archive::testing
