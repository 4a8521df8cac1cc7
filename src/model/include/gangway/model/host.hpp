#pragma once
/// A host as people write it: a DNS name, an IPv4 address in canonical dotted form, or an IPv6 address.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>

namespace gangway::model {

/// A validated host. Equal hosts compare equal: names are lower case, without a trailing dot; IPv6 without brackets
/// and in the canonical form of RFC 5952.
class host {
  public:
    /// Accepts
    /// - DNS names of RFC 1123: labels of letters, digits, `-` and `_`, not starting or ending with `-`, 63 octets
    ///   each and 253 in all; a trailing dot is dropped;
    /// - IPv4 in exactly four decimal parts without leading zeros;
    /// - IPv6, with or without brackets, without a zone.
    ///
    /// Refused, because each has been used to get around a check: other spellings of IPv4 (`2852039166`, `0xA9FEA9FE`,
    /// `0251.0376.0251.0376`, `127.1`), names that only consist of digits and dots or whose last label is numeric,
    /// zones, user names, ports, percent signs, anything not ASCII, control characters, and a leading `-`.
    [[nodiscard]] static base::result<host> parse(std::string_view text, std::string_view field = "host");

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Whether this is an address, so that no name is looked up.
    [[nodiscard]] bool is_address() const noexcept { return kind_ != kind::name; }
    [[nodiscard]] bool is_ipv6() const noexcept { return kind_ == kind::ipv6; }

    friend bool operator==(const host&, const host&) = default;

  private:
    enum class kind : std::uint8_t { name, ipv4, ipv6 };
    host(std::string text, kind what) : text_(std::move(text)), kind_(what) {}

    std::string text_;
    kind kind_;
};

}  // namespace gangway::model
