#include <gangway/model/endpoint.hpp>
#include <gangway/model/errors.hpp>

#include <charconv>

namespace gangway::model {

base::result<std::uint16_t> parse_port(std::int64_t value, std::string_view field) {
    if (value < 1 || value > 65535) return invalid(field, "a port is a number from 1 to 65535");
    return static_cast<std::uint16_t>(value);
}

base::result<std::uint16_t> parse_port(std::string_view digits, std::string_view field) {
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) value = 0;
    return parse_port(value, field);
}

std::string endpoint::text() const {
    const auto number = std::to_string(port);
    return host.is_ipv6() ? "[" + host.text() + "]:" + number : host.text() + ":" + number;
}

}  // namespace gangway::model
