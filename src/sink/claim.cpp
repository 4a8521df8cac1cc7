#include <gangway/sink/sink.hpp>

#include <algorithm>
#include <charconv>

namespace gangway::sink {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view digits) {
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, value);
    if (failure != std::errc{} || stop != end || (digits.size() > 1 && digits.front() == '0')) return {};
    return value;
}

bool is_row(std::string_view text) noexcept {
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

}  // namespace

std::string claim_text(const claim& value) {
    return value.row + "-" + std::to_string(value.fence);
}

std::optional<claim> parse_claim(std::string_view text) {
    const auto minus = text.find('-');
    if (minus == std::string_view::npos || !is_row(text.substr(0, minus))) return {};
    const auto fence = whole_number(text.substr(minus + 1));
    if (!fence) return {};
    return claim{std::string{text.substr(0, minus)}, *fence};
}

std::optional<claim> claim_in(std::string_view evidence) {
    return parse_claim(evidence.substr(0, evidence.find(':')));
}

std::string_view upload_in(std::string_view evidence) noexcept {
    const auto colon = evidence.find(':');
    return colon == std::string_view::npos ? std::string_view{} : evidence.substr(colon + 1);
}

}  // namespace gangway::sink
