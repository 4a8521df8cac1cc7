/// Any octets as a file of checksums: what is read is a hash whose digits stand in it.

#include <gangway/transfer/checksum_file.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string content{data, data + size};
    const auto read = gangway::transfer::read_checksum(content, "a");
    if (!read) return 0;
    if (read->size() != 32 || content.size() < 64) std::abort();
    return 0;
}
