#pragma once
/// Numbers of PKWARE APPNOTE.TXT 6.3 that both writing and reading need.

#include <cstdint>

namespace gangway::archive {

// Section 4.3 and 4.4.3
constexpr std::uint32_t local_signature = 0x04034b50, descriptor_signature = 0x08074b50,
                        directory_signature = 0x02014b50, end_signature = 0x06054b50, wide_end_signature = 0x06064b50,
                        wide_locator_signature = 0x07064b50;
constexpr std::uint16_t method_store = 0, method_deflate = 8;
constexpr std::uint16_t flag_descriptor = 1U << 3, flag_utf8 = 1U << 11;
constexpr std::uint16_t extra_wide = 0x0001, extra_time = 0x5455;
constexpr std::uint32_t folder_type = 0040000, file_type = 0100000;
constexpr std::uint32_t narrow = 0xFFFFFFFF;  ///< "look into the zip64 field"
constexpr std::uint16_t many = 0xFFFF;        ///< entries; the same

}  // namespace gangway::archive
