#include <gangway/api/errors.hpp>
#include <gangway/api/fields.hpp>
#include <gangway/api/query.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/remote/path_root.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

namespace gangway::api {
namespace {

/// All of `digits` as a number, or nothing.
template <class Number>
std::optional<Number> parsed(std::string_view digits, int base = 10) {
    Number value{};
    const char* const end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, value, base);
    if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
    return value;
}

/// RFC 3339, UTC only.
std::optional<std::uint32_t> parse_date(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (text.size() <= shape.size() || !text.ends_with('Z')) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == '0' ? !digit : text[i] != shape[i]) return std::nullopt;
    }
    const auto fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
    if (!fraction.empty() && (fraction.size() < 2 || fraction.front() != '.' ||
                              fraction.find_first_not_of("0123456789", 1) != std::string_view::npos))
        return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t length) { return *parsed<unsigned>(text.substr(at, length)); };
    const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(number(0, 4))},
                                          std::chrono::month{number(5, 2)}, std::chrono::day{number(8, 2)}};
    const auto hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto moment = std::chrono::sys_days{day} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                        std::chrono::seconds{second};
    const auto seconds = moment.time_since_epoch().count();
    if (seconds < 0 || seconds > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(seconds);
}

}  // namespace

base::result<fields> fields::from_json(std::span<char> body, json_limits limits) {
    auto object = parse_json_object(body, limits);
    if (!object) return std::unexpected(std::move(object.error()));
    return fields{std::move(*object), {}};
}

base::result<fields> fields::from_query(std::string_view query) {
    auto pairs = parse_query(query);
    if (!pairs) return std::unexpected(std::move(pairs.error()));
    std::vector<json_member> members;
    for (auto& [name, value] : *pairs)
        members.push_back({name, std::span<char>{value}});
    return fields{json_object{std::move(members)}, std::move(*pairs)};
}

void fields::complain(std::string_view field, std::string message) {
    complain(refusal(errc::bad_request, std::move(message)).with("field", std::string{field}));
}

void fields::complain(base::error why) {
    if (!error_) error_ = std::move(why);
}

std::optional<std::span<char>> fields::characters(std::string_view name, bool nul_allowed) {
    const auto* const value = members_.find(name);
    if (value == nullptr) return std::nullopt;
    const auto* const text = std::get_if<std::span<char>>(value);
    if (text == nullptr) {
        complain(name, fmt::format("\"{}\" must be a string", name));
        return std::nullopt;
    }
    if (!nul_allowed && std::string_view{text->data(), text->size()}.contains('\0')) {
        complain(name, fmt::format("\"{}\" contains a NUL character", name));
        return std::nullopt;
    }
    return *text;
}

std::optional<std::string_view> fields::text(std::string_view name) {
    const auto found = characters(name, false);
    if (!found) return std::nullopt;
    return std::string_view{found->data(), found->size()};
}

std::string_view fields::required_text(std::string_view name) {
    const auto found = text(name);
    if (!found) complain(name, fmt::format("\"{}\" is missing", name));
    return found.value_or(std::string_view{});
}

std::string_view fields::required_content(std::string_view name) {
    const auto found = characters(name, true);
    if (!found) complain(name, fmt::format("\"{}\" is missing", name));
    return found ? std::string_view{found->data(), found->size()} : std::string_view{};
}

std::optional<std::int64_t> fields::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto* const value = members_.find(name);
    if (value == nullptr) return std::nullopt;
    std::optional<std::int64_t> number;
    if (const auto* const whole = std::get_if<std::int64_t>(value)) number = *whole;
    if (const auto* const digits = std::get_if<std::span<char>>(value); digits != nullptr && !query_.empty())
        number = parsed<std::int64_t>({digits->data(), digits->size()});
    if (!number || *number < least || *number > most) {
        complain(name, fmt::format("\"{}\" must be a whole number from {} to {}", name, least, most));
        return std::nullopt;
    }
    return number;
}

bool fields::flag(std::string_view name) {
    const auto* const value = members_.find(name);
    if (value == nullptr) return false;
    if (const auto* const given = std::get_if<bool>(value)) return *given;
    if (const auto* const word = std::get_if<std::span<char>>(value); word != nullptr && !query_.empty()) {
        const std::string_view given{word->data(), word->size()};
        if (given == "true" || given == "false") return given == "true";
    }
    complain(name, fmt::format("\"{}\" must be true or false", name));
    return false;
}

std::optional<std::uint32_t> fields::date(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto seconds = parse_date(*given);
    if (!seconds)
        complain(name,
                 fmt::format("\"{}\" must be a time in UTC from 1970 to 2106 such as 2026-01-15T12:00:00Z", name));
    return seconds;
}

std::optional<std::uint32_t> fields::mode(std::string_view name) {
    constexpr std::int64_t all_bits = 07777;
    const auto* const value = members_.find(name);
    if (value == nullptr) return std::nullopt;
    std::optional<std::int64_t> bits;
    if (const auto* const whole = std::get_if<std::int64_t>(value)) bits = *whole;
    if (const auto* const digits = std::get_if<std::span<char>>(value); digits != nullptr && digits->size() <= 5)
        bits = parsed<std::int64_t>({digits->data(), digits->size()}, 8);
    if (!bits || *bits < 0 || *bits > all_bits) {
        complain(name,
                 fmt::format("\"{}\" must be permission bits: octal digits in a string such as \"0644\", or their "
                             "number from 0 to 4095",
                             name));
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*bits);
}

std::optional<base::secret> fields::secret(std::string_view name) {
    const auto found = characters(name, false);
    if (!found) return std::nullopt;
    base::secret taken{std::string_view{found->data(), found->size()}};
    base::wipe(found->data(), found->size());
    return taken;
}

std::optional<std::span<char>> fields::nested(std::string_view name, char bracket, std::string_view kind) {
    const auto* const value = members_.find(name);
    if (value == nullptr) return std::nullopt;
    const auto* const found = std::get_if<json_nested>(value);
    if (found != nullptr && !found->text.empty() && found->text.front() == bracket) return found->text;
    complain(name, fmt::format("\"{}\" must be an {}", name, kind));
    return std::nullopt;
}

std::optional<std::span<char>> fields::object(std::string_view name) {
    return nested(name, '{', "object");
}

std::optional<std::span<char>> fields::array(std::string_view name) {
    return nested(name, '[', "array");
}

bool fields::is_null(std::string_view name) const noexcept {
    return std::ranges::any_of(members_.members(), [name](const json_member& each) {
        return each.name == name && std::holds_alternative<json_null>(each.value);
    });
}

std::optional<std::string> fields::octets(std::string_view name) {
    const auto twin = fmt::format("{}Base64", name);
    const auto plain = text(name);
    const auto encoded = text(twin);
    if (plain && encoded) {
        complain(twin, fmt::format("\"{}\" and \"{}\" cannot both be given", name, twin));
        return std::nullopt;
    }
    if (plain) return std::string{*plain};
    if (!encoded) return std::nullopt;
    auto decoded = base::from_base64(*encoded);
    if (!decoded) complain(twin, fmt::format("\"{}\" is not base64", twin));
    return decoded;
}

std::string fields::required_octets(std::string_view name) {
    auto found = octets(name);
    if (!found) complain(name, fmt::format("\"{}\" is missing", name));
    return std::move(found).value_or(std::string{});
}

model::remote_path fields::path(std::string_view name) {
    auto path = model::remote_path::parse(required_octets(name), name);
    if (path) return confined(*path, name);
    complain(std::move(path.error()));
    return *model::remote_path::parse(".");
}

model::remote_path fields::confined(const model::remote_path& asked, std::string_view name) {
    auto inside = remote::confine(root_, asked, name);
    if (!inside) {
        complain(std::move(inside.error()));
        return asked;
    }
    if (!root_.empty()) confined_.push_back(*inside);
    return *std::move(inside);
}

model::remote_path fields::link_target(std::string_view name, const model::remote_path& link) {
    auto target = model::remote_path::parse(required_octets(name), name);
    if (target) {
        if (auto inside = remote::check_link_target(root_, link, target->octets(), name); !inside)
            complain(std::move(inside.error()));
        return *std::move(target);
    }
    complain(std::move(target.error()));
    return *model::remote_path::parse(".");
}

void fields::refuse_all_but(std::initializer_list<std::string_view> known) {
    for (const auto& member : members_.members())
        if (std::ranges::find(known, member.name) == known.end())
            complain(member.name, fmt::format("\"{}\" is no field of this request", base::escape(member.name, 64)));
}

}  // namespace gangway::api
