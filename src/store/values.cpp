#include "hex.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/store/values.hpp>

namespace gangway::store {

std::string new_id(timestamp when) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch().count();
    auto random = crypto::random_bytes(10);
    random[0] = static_cast<char>((random[0] & 0x0F) | 0x70);  // the version
    random[2] = static_cast<char>((random[2] & 0x3F) | 0x80);  // the variant
    std::string octets;
    base::byte_writer out{octets};
    out.u64(static_cast<std::uint64_t>(milliseconds) << 16);
    octets.resize(6);
    auto text = to_hex(octets + random);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
        text.insert(at, 1, '-');
    return text;
}

}  // namespace gangway::store
