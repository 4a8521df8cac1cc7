#include "unpack_rules.hpp"

#include <algorithm>

namespace gangway::transfer {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1024} * 1024;
constexpr std::uint64_t harmless = 64 * mebibyte, most_growth = 200, largest = 64 * 1024 * mebibyte;

std::string_view ending_of(model::unpacking rule) noexcept {
    switch (rule) {
        case model::unpacking::none:
            break;
        case model::unpacking::gzip:
            return ".gz";
        case model::unpacking::zip:
            return ".zip";
    }
    return {};
}

bool ends_with_word(std::string_view text, std::string_view lower_case) noexcept {
    const auto same = [](char one, char other) {
        return (one >= 'A' && one <= 'Z' ? static_cast<char>(one + ('a' - 'A')) : one) == other;
    };
    return text.size() >= lower_case.size() &&
           std::ranges::equal(text.substr(text.size() - lower_case.size()), lower_case, same);
}

}  // namespace

model::unpacking unpacking_of(model::unpacking rule, std::string_view path) noexcept {
    const auto ending = ending_of(rule);
    const auto name = path.substr(path.rfind('/') + 1);
    if (ending.empty() || name.size() == ending.size() || !ends_with_word(name, ending)) return model::unpacking::none;
    return rule;
}

std::string_view unpacked_path(model::unpacking rule, std::string_view path) noexcept {
    return path.substr(0, path.size() - ending_of(unpacking_of(rule, path)).size());
}

std::uint64_t most_unpacked(std::uint64_t packed) noexcept {
    return std::min(std::max(harmless, std::min(packed, largest) * most_growth), largest);
}

}  // namespace gangway::transfer
