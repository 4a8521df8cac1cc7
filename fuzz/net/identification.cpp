/// Any octets as the start of an SSH connection: in one piece or many, what is found is the same and within the limits.
/// The first octet chooses how long the pieces are.

#include <gangway/net/identification.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace net = gangway::net;

namespace {

struct ending {
    bool refused = false;
    std::optional<net::identification> found{};
    std::size_t used = 0;
};

/// Shows the reader `step` more octets each time, as a socket would.
ending read(std::string_view octets, std::size_t step) {
    net::identification_reader reader;
    ending end;
    for (std::size_t shown = 0; shown < octets.size() && !end.refused && !end.found;) {
        shown = std::min(shown + step, octets.size());
        std::size_t used = 0;
        auto found = reader.scan(octets.substr(end.used, shown - end.used), used);
        end.used += used;
        end.refused = !found;
        if (found) end.found = *found;
    }
    return end;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string octets{data + 1, data + size};
    const auto whole = read(octets, octets.size());
    const auto pieces = read(octets, std::size_t{1} + data[0]);
    if (whole.refused != pieces.refused || whole.found.has_value() != pieces.found.has_value()) std::abort();
    if (!whole.found) return 0;
    if (whole.used != pieces.used || whole.used > 8192 || whole.found->line != pieces.found->line) std::abort();
    if (whole.found->line.size() > 254 || !octets.substr(whole.used).starts_with(whole.found->line)) std::abort();
    if (whole.found->line != "SSH-" + whole.found->protocol + "-" + whole.found->software) std::abort();
    return 0;
}
