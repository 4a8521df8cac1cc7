/// Any octets as a file of gzip, fed in two pieces: no more comes out than is allowed.

#include <gangway/archive/gzip_reader.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gangway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::uint64_t most = 1 << 20;
    const std::string_view packed{reinterpret_cast<const char*>(data), size};
    archive::gzip_reader reader{most};
    std::uint64_t out = 0;
    for (const auto part : {packed.substr(0, size / 2), packed.substr(size / 2)}) {
        reader.feed(part);
        for (;;) {
            const auto piece = reader.next();
            if (!piece) return 0;
            if (piece->empty()) break;
            out += piece->size();
        }
    }
    if (out > most) std::abort();
    static_cast<void>(reader.finish());
    return 0;
}
