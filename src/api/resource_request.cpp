#include <gangway/api/resource_request.hpp>

#include <algorithm>

namespace gangway::api {
namespace {

bool is_credential(std::string_view name) noexcept {
    return equal_ignoring_case(name, "Authorization") || equal_ignoring_case(name, "Cookie");
}

}  // namespace

resource_request resource_request::of(const request_head& head) {
    resource_request request{.from = {}, .method = std::string{head.method}};
    if (const auto query = head.query()) request.query = std::string{*query};
    for (const auto& [name, value] : head.fields)
        if (!is_credential(name)) request.fields.push_back({std::string{name}, std::string{value}});
    return request;
}

std::optional<std::string_view> resource_request::field(std::string_view name) const noexcept {
    const auto found =
        std::ranges::find_if(fields, [name](const owned_field& each) { return equal_ignoring_case(each.name, name); });
    if (found == fields.end()) return std::nullopt;
    return found->value;
}

std::size_t resource_request::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields, [name](const owned_field& each) { return equal_ignoring_case(each.name, name); }));
}

}  // namespace gangway::api
