#include "wire.hpp"

#include <algorithm>
#include <cstdint>

namespace gangway::ssh {
namespace {

bool is_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= name_limit &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view without_leading_zeros(std::string_view magnitude) noexcept {
    magnitude.remove_prefix(std::min(magnitude.find_first_not_of('\0'), magnitude.size()));
    return magnitude;
}

}  // namespace

std::string_view read_magnitude(base::byte_reader& in) noexcept {
    const auto octets = in.string();
    if (!octets.empty() && static_cast<unsigned char>(octets.front()) >= 0x80) {
        in.fail();
        return {};
    }
    return without_leading_zeros(octets);
}

void write_magnitude(base::byte_writer& out, std::string_view magnitude) {
    magnitude = without_leading_zeros(magnitude);
    const bool sign_octet = !magnitude.empty() && static_cast<unsigned char>(magnitude.front()) >= 0x80;
    out.u32(static_cast<std::uint32_t>(magnitude.size() + (sign_octet ? 1 : 0)));
    if (sign_octet) out.u8(0);
    out.raw(magnitude);
}

base::secret magnitude_secret(std::string_view magnitude) {
    std::string encoded;
    encoded.reserve(4 + 1 + magnitude.size());
    base::byte_writer out(encoded);
    write_magnitude(out, magnitude);
    return base::secret::take(encoded);
}

std::vector<std::string_view> read_names(base::byte_reader& in) {
    std::vector<std::string_view> names;
    auto list = in.string();
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        const auto name = list.substr(0, end);
        const bool comma_at_end = end + 1 == list.size();
        if (!is_name(name) || comma_at_end || names.size() == name_list_limit) {
            in.fail();
            return {};
        }
        names.push_back(name);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return names;
}

std::string join_names(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        if (!list.empty()) list += ',';
        list += name;
    }
    return list;
}

bool contains(const std::vector<std::string>& names, std::string_view name) noexcept {
    return std::ranges::find(names, name) != names.end();
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) noexcept {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace gangway::ssh
