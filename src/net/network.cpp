#include <gangway/model/errors.hpp>
#include <gangway/net/egress_policy.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace gangway::net {
namespace {

unsigned width_of(const asio::ip::address& address) noexcept {
    return address.is_v4() ? 32 : 128;
}

/// The octets of an address from the front; IPv4 fills the first four.
std::array<std::uint8_t, 16> octets_of(const asio::ip::address& address) noexcept {
    if (address.is_v6()) return address.to_v6().to_bytes();
    std::array<std::uint8_t, 16> octets{};
    const auto four = address.to_v4().to_bytes();
    std::ranges::copy(four, octets.begin());
    return octets;
}

asio::ip::address address_of(const std::array<std::uint8_t, 16>& octets, bool is_v4) noexcept {
    if (!is_v4) return asio::ip::address_v6{octets};
    return asio::ip::address_v4{{octets[0], octets[1], octets[2], octets[3]}};
}

/// `address` with every bit after the first `prefix` set to zero.
asio::ip::address masked(const asio::ip::address& address, unsigned prefix) noexcept {
    auto octets = octets_of(address);
    for (unsigned i = 0; i < octets.size(); ++i) {
        const unsigned kept = prefix > 8 * i ? std::min(prefix - 8 * i, 8U) : 0U;
        octets[i] = static_cast<std::uint8_t>(octets[i] & (0xFF00U >> kept));
    }
    return address_of(octets, address.is_v4());
}

/// Decimal digits without leading zeros.
std::optional<unsigned> parse_prefix(std::string_view digits, unsigned largest) {
    unsigned value = 0;
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || value > largest) return std::nullopt;
    if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
    return value;
}

}  // namespace

base::result<network> network::parse(std::string_view text, std::string_view field) {
    const auto slash = text.find('/');
    const auto written = model::host::parse(text.substr(0, slash), field);
    if (!written || !written->is_address() || text.starts_with('['))
        return model::invalid(field, "write a network as 10.0.0.0/8 or fd00::/8, or a single address");
    const auto address = asio::ip::make_address(written->text());
    if (slash == std::string_view::npos) return network{address, width_of(address)};

    const auto prefix = parse_prefix(text.substr(slash + 1), width_of(address));
    if (!prefix)
        return model::invalid(field, "a prefix length is a number from 0 to " + std::to_string(width_of(address)));
    const auto base = masked(address, *prefix);
    if (base != address)
        return model::invalid(field, written->text() + " is inside the network, not its start: write " +
                                         base.to_string() + "/" + std::to_string(*prefix) + ", or " + written->text() +
                                         "/" + std::to_string(width_of(address)) + " for this address alone");
    return network{address, *prefix};
}

bool network::contains(const asio::ip::address& address) const noexcept {
    // A scope is no part of the number.
    return address.is_v4() == base.is_v4() && octets_of(masked(address, prefix)) == octets_of(base);
}

}  // namespace gangway::net
