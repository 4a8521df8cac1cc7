#include "json_members.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace gangway::transfer {
namespace {

namespace json = boost::json;

/// Counts names. A tree keeps the last of two equal ones, so that it has fewer than its text where there are such.
struct name_counter {
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;
    using code = boost::system::error_code;

    std::size_t names = 0;

    static bool on_document_begin(code&) { return true; }
    static bool on_document_end(code&) { return true; }
    static bool on_object_begin(code&) { return true; }
    bool on_object_end(std::size_t count, code&) {
        names += count;
        return true;
    }
    static bool on_array_begin(code&) { return true; }
    static bool on_array_end(std::size_t, code&) { return true; }
    static bool on_key_part(json::string_view, std::size_t, code&) { return true; }
    static bool on_key(json::string_view, std::size_t, code&) { return true; }
    static bool on_string_part(json::string_view, std::size_t, code&) { return true; }
    static bool on_string(json::string_view, std::size_t, code&) { return true; }
    static bool on_number_part(json::string_view, code&) { return true; }
    static bool on_int64(std::int64_t, json::string_view, code&) { return true; }
    static bool on_uint64(std::uint64_t, json::string_view, code&) { return true; }
    static bool on_double(double, json::string_view, code&) { return true; }
    static bool on_bool(bool, code&) { return true; }
    static bool on_null(code&) { return true; }
    static bool on_comment_part(json::string_view, code&) { return true; }
    static bool on_comment(json::string_view, code&) { return true; }
};

/// As deep as parsing lets it be.
std::size_t names_in(const json::value& tree) {
    std::size_t count = 0;
    if (const auto* const object = tree.if_object()) {
        count = object->size();
        for (const auto& member : *object)
            count += names_in(member.value());
    } else if (const auto* const array = tree.if_array()) {
        for (const auto& each : *array)
            count += names_in(each);
    }
    return count;
}

std::string_view view(const json::string& text) noexcept {
    return {text.data(), text.size()};
}

}  // namespace

base::result<json::value> parse_json(std::string_view text, std::string_view field) {
    if (text.empty()) return json::value{};
    if (text.size() > longest_json) return model::invalid(field, "it is longer than 64 KiB");
    json::parse_options how;
    how.max_depth = 8;
    boost::system::error_code failure;
    auto tree = json::parse({text.data(), text.size()}, failure, {}, how);
    if (failure) return model::invalid(field, "it is not JSON: " + failure.message());
    json::basic_parser<name_counter> counter{how};
    counter.write_some(false, text.data(), text.size(), failure);
    if (counter.handler().names != names_in(tree)) return model::invalid(field, "a name occurs twice in one object");
    return tree;
}

const json::value* json_members::find(std::string_view name) {
    asked_.push_back(name);
    const auto* const found = of_.if_contains({name.data(), name.size()});
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string_view> json_members::text(std::string_view name) {
    const auto* const found = find(name);
    if (found == nullptr) return std::nullopt;
    const auto* const text = found->if_string();
    if (text != nullptr && !view(*text).contains('\0')) return view(*text);
    complain(name, fmt::format("\"{}\" must be a string without NUL", path_of(name)));
    return std::nullopt;
}

std::string_view json_members::required_text(std::string_view name) {
    const auto found = text(name);
    if (!found) complain(name, fmt::format("\"{}\" is missing", path_of(name)));
    return found.value_or(std::string_view{});
}

std::optional<std::uint64_t> json_members::number(std::string_view name, std::uint64_t least, std::uint64_t most) {
    const auto* const found = find(name);
    if (found == nullptr) return std::nullopt;
    std::optional<std::uint64_t> value;
    if (found->is_uint64()) value = found->get_uint64();
    if (found->is_int64() && found->get_int64() >= 0) value = static_cast<std::uint64_t>(found->get_int64());
    if (value && *value >= least && *value <= most) return value;
    complain(name, fmt::format("\"{}\" must be a whole number from {} to {}", path_of(name), least, most));
    return std::nullopt;
}

std::optional<bool> json_members::flag(std::string_view name) {
    const auto* const found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_bool()) return found->get_bool();
    complain(name, fmt::format("\"{}\" must be true or false", path_of(name)));
    return std::nullopt;
}

std::vector<std::string> json_members::texts(std::string_view name) {
    const auto* const found = find(name);
    std::vector<std::string> all;
    if (found == nullptr) return all;
    const auto* const array = found->if_array();
    if (array == nullptr || !std::ranges::all_of(*array, [](const json::value& each) { return each.is_string(); })) {
        complain(name, fmt::format("\"{}\" must be an array of strings", path_of(name)));
        return all;
    }
    for (const auto& each : *array)
        all.emplace_back(view(each.get_string()));
    return all;
}

std::optional<json_members> json_members::object(std::string_view name) {
    const auto* const found = find(name);
    if (found == nullptr) return std::nullopt;
    if (const auto* const object = found->if_object()) return json_members{*object, path_of(name), first_};
    complain(name, fmt::format("\"{}\" must be an object", path_of(name)));
    return std::nullopt;
}

void json_members::complain(std::string_view name, std::string message) {
    complain(model::invalid(path_of(name), std::move(message)).error());
}

void json_members::complain(base::error why) {
    if (!first_) first_ = std::move(why);
}

void json_members::end() {
    for (const auto& member : of_) {
        const std::string_view name{member.key().data(), member.key().size()};
        if (std::ranges::find(asked_, name) == asked_.end())
            complain(base::escape(name, 64),
                     fmt::format("\"{}\" does not exist, or not with the others", path_of(base::escape(name, 64))));
    }
}

base::error beneath(std::string_view path, base::error why) {
    for (auto& fact : why.facts)
        if (fact.name == "field") fact.value = std::string{path}.append(".").append(fact.value);
    return why;
}

}  // namespace gangway::transfer
