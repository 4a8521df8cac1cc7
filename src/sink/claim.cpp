#include <gangway/sink/sink.hpp>

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

}  // namespace

std::string claim_text(claim value) {
    return std::to_string(value.row) + "-" + std::to_string(value.fence);
}

std::optional<claim> parse_claim(std::string_view text) {
    const auto minus = text.find('-');
    if (minus == std::string_view::npos) return {};
    const auto row = whole_number(text.substr(0, minus));
    const auto fence = whole_number(text.substr(minus + 1));
    if (!row || !fence) return {};
    return claim{*row, *fence};
}

}  // namespace gangway::sink
