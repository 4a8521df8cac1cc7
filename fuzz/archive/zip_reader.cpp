/// Any octets as a zip archive: whatever is read of it stays within its octets, its limits and its folder.

#include <gangway/archive/zip_reader.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gangway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view zip{reinterpret_cast<const char*>(data), size};
    constexpr archive::zip_limits limits{.octets = 1 << 20, .entries = 64};
    const auto tail = zip.substr(size - std::min(size, archive::zip_tail));
    const auto where = archive::find_zip_directory(tail, size, limits);
    if (!where) return 0;
    if (where->offset > size || where->size > size - where->offset) std::abort();
    const auto entries = archive::read_zip_directory(zip.substr(where->offset, where->size), *where, limits);
    if (!entries) return 0;
    if (entries->size() > limits.entries) std::abort();
    std::uint64_t out = 0;
    for (const auto& entry : *entries) {
        if (entry.name.starts_with('/') || entry.name.starts_with("../") || entry.name.contains("/../")) std::abort();
        if (entry.offset > size) std::abort();
        const auto at = archive::zip_content_offset(zip.substr(entry.offset, archive::zip_header_octets(entry)), entry);
        if (!at) continue;
        if (*at > size || entry.packed > size - *at) std::abort();
        archive::zip_entry_reader reader{entry};
        reader.feed(zip.substr(*at, entry.packed));
        for (;;) {
            const auto piece = reader.next();
            if (!piece || piece->empty()) break;
            out += piece->size();
        }
        if (out > limits.octets) std::abort();
        static_cast<void>(reader.finish());
    }
    return 0;
}
