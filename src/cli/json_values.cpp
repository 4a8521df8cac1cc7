#include "json_values.hpp"

#include <gangway/base/base64.hpp>

#include <boost/json/array.hpp>

#include <utility>

namespace gangway::cli {

namespace json = boost::json;

const json::value* member_at(const json::object& object, std::string_view path) noexcept {
    const auto* within = &object;
    for (;;) {
        const auto dot = path.find('.');
        const auto* const found = within->if_contains({path.data(), std::min(dot, path.size())});
        if (found == nullptr || dot == std::string_view::npos) return found;
        within = found->if_object();
        if (within == nullptr) return nullptr;
        path.remove_prefix(dot + 1);
    }
}

std::string_view text_at(const json::object& object, std::string_view path) noexcept {
    const auto* const found = member_at(object, path);
    const auto* const text = found == nullptr ? nullptr : found->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{text->data(), text->size()};
}

std::optional<std::uint64_t> number_at(const json::object& object, std::string_view path) noexcept {
    const auto* const found = member_at(object, path);
    if (found == nullptr) return std::nullopt;
    if (const auto* const number = found->if_uint64()) return *number;
    const auto* const number = found->if_int64();
    if (number == nullptr || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

bool flag_at(const json::object& object, std::string_view path) noexcept {
    const auto* const found = member_at(object, path);
    const auto* const flag = found == nullptr ? nullptr : found->if_bool();
    return flag != nullptr && *flag;
}

const json::array& array_at(const json::object& object, std::string_view path) noexcept {
    static const json::array none;
    const auto* const found = member_at(object, path);
    const auto* const array = found == nullptr ? nullptr : found->if_array();
    return array == nullptr ? none : *array;
}

const json::object& object_at(const json::object& object, std::string_view path) noexcept {
    static const json::object none;
    const auto* const found = member_at(object, path);
    const auto* const inner = found == nullptr ? nullptr : found->if_object();
    return inner == nullptr ? none : *inner;
}

std::string octets_at(const json::object& object, std::string_view path) {
    const auto twin = text_at(object, std::string{path} + "Base64");
    if (!twin.empty())
        if (auto octets = base::from_base64(twin)) return std::move(*octets);
    return std::string{text_at(object, path)};
}

void put_at(json::object& object, std::string_view path, json::value value) {
    auto* within = &object;
    for (;;) {
        const auto dot = path.find('.');
        auto& member = (*within)[json::string_view{path.data(), std::min(dot, path.size())}];
        if (dot == std::string_view::npos) {
            member = std::move(value);
            return;
        }
        if (!member.is_object()) member.emplace_object();
        within = &member.get_object();
        path.remove_prefix(dot + 1);
    }
}

}  // namespace gangway::cli
