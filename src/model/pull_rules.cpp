#include <gangway/model/errors.hpp>
#include <gangway/model/pull_rules.hpp>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

namespace gangway::model {
namespace {

constexpr std::string_view name_word = "{name}", stem_word = "{stem}";

std::string_view name_of(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

/// Up to the last dot; all of it where the only dot is in front.
std::string_view stem_of(std::string_view name) noexcept {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

constexpr std::array<std::pair<pull_order, std::string_view>, 3> orders{
    {{pull_order::name, "name"}, {pull_order::mtime, "mtime"}, {pull_order::size, "size"}}};
constexpr std::array<std::pair<unpacking, std::string_view>, 3> unpackings{
    {{unpacking::none, "none"}, {unpacking::gzip, "gzip"}, {unpacking::zip, "zip"}}};

template <class Table, class Value>
std::string_view word_of(const Table& table, Value value) noexcept {
    return std::ranges::find(table, value, [](const auto& row) { return row.first; })->second;
}

template <class Value, std::size_t Size>
base::result<Value> value_of(const std::array<std::pair<Value, std::string_view>, Size>& table, std::string_view text,
                             std::string_view field) {
    std::string choices;
    for (const auto& [value, word] : table) {
        if (word == text) return value;
        choices.append(choices.empty() ? "" : ", ").append(word);
    }
    return invalid(field, "one of " + choices);
}

/// The rules of each way of being stable.
struct stability_check {
    base::result<void> operator()(const stable_at_once&) const { return {}; }
    base::result<void> operator()(const stable_over_looks& rule) const {
        if (rule.apart < std::chrono::seconds{2} || rule.apart > std::chrono::hours{24})
            return invalid("stable.apart", "looks lie 2 s to 24 h apart");
        return {};
    }
    base::result<void> operator()(const stable_by_age& rule) const {
        if (rule.age < std::chrono::seconds{1} || rule.age > std::chrono::days{30})
            return invalid("stable.age", "an age is 1 s to 30 days");
        if (rule.clock_tolerance < std::chrono::seconds{0} || rule.clock_tolerance > std::chrono::hours{24})
            return invalid("stable.clockTolerance", "a tolerance is at most 24 h");
        return {};
    }
    base::result<void> operator()(const stable_by_marker&) const { return {}; }
};

bool is_folder(std::string_view path) {
    if (path.empty() || path.size() > 4096 || path.contains('\0')) return false;
    return std::ranges::none_of(std::views::split(path, '/'),
                                [](const auto part) { return std::string_view{part.begin(), part.end()} == ".."; });
}

}  // namespace

base::result<companion_name> companion_name::parse(std::string_view pattern, std::string_view field) {
    companion_name made;
    auto at = pattern.find(name_word);
    if (at == std::string_view::npos) {
        made.stem_ = true;
        at = pattern.find(stem_word);
    }
    const bool found = at != std::string_view::npos;
    if (found) {
        made.before_ = pattern.substr(0, at);
        made.after_ = pattern.substr(at + name_word.size());
    }
    const auto around = made.before_ + made.after_;
    if (!found || around.empty() || around.size() > 128 ||
        around.find_first_of(std::string_view{"/{}\0", 4}) != std::string::npos)
        return invalid(field, "a name beside a file is written like {name}.done or {stem}.ok");
    return made;
}

std::string companion_name::of(std::string_view path) const {
    const auto name = name_of(path);
    const auto folder = path.substr(0, path.size() - name.size());
    return std::string{folder}.append(before_).append(stem_ ? stem_of(name) : name).append(after_);
}

bool companion_name::matches(std::string_view path) const noexcept {
    const auto name = name_of(path);
    return name.size() > before_.size() + after_.size() && name.starts_with(before_) && name.ends_with(after_);
}

std::string companion_name::text() const {
    return before_ + std::string{stem_ ? stem_word : name_word} + after_;
}

std::string_view to_string(pull_order value) noexcept {
    return word_of(orders, value);
}
std::string_view to_string(unpacking value) noexcept {
    return word_of(unpackings, value);
}
base::result<pull_order> parse_pull_order(std::string_view text, std::string_view field) {
    return value_of(orders, text, field);
}
base::result<unpacking> parse_unpacking(std::string_view text, std::string_view field) {
    return value_of(unpackings, text, field);
}

base::result<void> pull_rules::check() const {
    if (auto checked = std::visit(stability_check{}, stable); !checked) return checked;
    if (limits.files < 1) return invalid("limits.files", "a run pulls at least one file");
    if (limits.octets < 1) return invalid("limits.octets", "a run pulls at least one octet");
    if (limits.duration < std::chrono::seconds{1}) return invalid("limits.duration", "a run may take at least 1 s");
    if (const auto* move = std::get_if<move_source>(&after); move != nullptr && !is_folder(move->folder))
        return invalid("after.folder", "a folder to move to has 1 to 4096 octets, no NUL, and no \"..\"");
    return {};
}

}  // namespace gangway::model
