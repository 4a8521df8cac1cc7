#include "percent.hpp"

#include <charconv>

namespace gangway::api {

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string octets;
    octets.reserve(text.size());
    while (!text.empty()) {
        if (text.front() != '%') {
            octets.push_back(text.front());
            text.remove_prefix(1);
            continue;
        }
        const auto digits = text.substr(1, 2);
        unsigned char octet = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
        if (digits.size() != 2 || parsed.ec != std::errc{} || parsed.ptr != digits.data() + 2) return std::nullopt;
        octets.push_back(static_cast<char>(octet));
        text.remove_prefix(3);
    }
    return octets;
}

}  // namespace gangway::api
