#include <gangway/base/utf8.hpp>

#include <algorithm>
#include <cstdint>

namespace gangway::base {
namespace {

/// What may follow a lead octet: how long the sequence is, and the range of its second octet (the others are 80..BF).
struct lead_rule {
    std::size_t length;
    std::uint8_t low, high;
};

lead_rule rule_of(std::uint8_t lead) noexcept {
    if (lead < 0x80) return {1, 0, 0};
    if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
    if (lead == 0xE0) return {3, 0xA0, 0xBF};
    if (lead == 0xED) return {3, 0x80, 0x9F};
    if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
    if (lead == 0xF0) return {4, 0x90, 0xBF};
    if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
    if (lead == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

/// How many octets of the sequence that starts `octets` are present and right.
std::size_t matching_prefix(std::string_view octets, lead_rule rule) noexcept {
    const std::size_t end = std::min(rule.length, octets.size());
    std::size_t count = std::min<std::size_t>(1, end);
    for (; count < end; ++count) {
        const auto octet = static_cast<std::uint8_t>(octets[count]);
        const std::uint8_t low = count == 1 ? rule.low : 0x80;
        const std::uint8_t high = count == 1 ? rule.high : 0xBF;
        if (octet < low || octet > high) break;
    }
    return count;
}

}  // namespace

std::size_t utf8_sequence(std::string_view octets) noexcept {
    if (octets.empty()) return 0;
    const auto rule = rule_of(static_cast<std::uint8_t>(octets.front()));
    return rule.length != 0 && matching_prefix(octets, rule) == rule.length ? rule.length : 0;
}

bool is_utf8(std::string_view octets) noexcept {
    while (!octets.empty()) {
        const auto ascii = std::ranges::find_if(octets, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        octets.remove_prefix(static_cast<std::size_t>(ascii - octets.begin()));
        if (octets.empty()) return true;
        const auto length = utf8_sequence(octets);
        if (length == 0) return false;
        octets.remove_prefix(length);
    }
    return true;
}

std::string to_utf8(std::string_view octets) {
    std::string text;
    text.reserve(octets.size());
    while (!octets.empty()) {
        const auto length = utf8_sequence(octets);
        text.append(length == 0 ? std::string_view{"\uFFFD"} : octets.substr(0, length));
        octets.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

std::size_t utf8_cut_tail(std::string_view octets) noexcept {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, octets.size()); ++back) {
        const auto tail = octets.substr(octets.size() - back);
        const auto rule = rule_of(static_cast<std::uint8_t>(tail.front()));
        if (rule.length == 0) continue;
        return rule.length > back && matching_prefix(tail, rule) == back ? back : 0;
    }
    return 0;
}

}  // namespace gangway::base
