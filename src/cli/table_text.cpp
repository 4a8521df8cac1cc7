#include "table_text.hpp"

#include "json_values.hpp"
#include "sizes.hpp"

#include <gangway/base/escape.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace gangway::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_cell = 4096;

/// Characters, of which each is one column wide in most scripts.
std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string plain_text(const json::value& value) {
    if (value.is_null()) return {};
    if (const auto* const text = value.if_string()) return base::escape({text->data(), text->size()}, longest_cell);
    if (const auto* const flag = value.if_bool()) return *flag ? "yes" : "no";
    return base::escape(json::serialize(value), longest_cell);
}

/// "2026-01-15T12:00:00.000Z" without what nobody reads; other texts as they are.
std::string time_text(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    const bool dated = text.size() == shape.size() && std::ranges::equal(text, shape, [](char given, char wanted) {
                           return wanted == '0' ? given >= '0' && given <= '9' : given == wanted;
                       });
    if (!dated) return base::escape(text, longest_cell);
    return std::string{text.substr(0, 10)} + " " + std::string{text.substr(11, 8)} + "Z";
}

std::string list_text(const json::array& values) {
    std::string text;
    for (const auto& value : values)
        text += (text.empty() ? "" : ", ") + plain_text(value);
    return text;
}

std::string login_text(const json::object& row) {
    constexpr std::uint64_t usual_port = 22;
    const auto host = text_at(row, "host");
    const auto port = number_at(row, "port").value_or(usual_port);
    auto text = base::escape(text_at(row, "username")) + "@" +
                (host.contains(':') ? "[" + base::escape(host) + "]" : base::escape(host));
    if (port != usual_port) text += ":" + std::to_string(port);
    return text;
}

void append_padded(std::string& line, const std::string& text, std::size_t width, bool right) {
    const auto missing = width - std::min(width, width_of(text));
    line += right ? std::string(missing, ' ') + text : text + std::string(missing, ' ');
}

void end_line(std::string& text) {
    while (text.ends_with(' '))
        text.pop_back();
    text += '\n';
}

}  // namespace

std::string cell_text(const json::object& row, const column& what) {
    if (what.how == as::login) return login_text(row);
    const auto* const value = member_at(row, what.member);
    if (value == nullptr) return {};
    switch (what.how) {
        case as::time:
            return time_text(text_at(row, what.member));
        case as::size:
            if (const auto octets = number_at(row, what.member)) return size_text(*octets);
            return {};
        case as::flag:
            return flag_at(row, what.member) ? "yes" : "";
        case as::list:
            return list_text(array_at(row, what.member));
        default:
            break;
    }
    return value->is_string() ? base::escape(octets_at(row, what.member), longest_cell) : plain_text(*value);
}

std::string table_text(const json::array& rows, std::span<const column> columns) {
    std::vector<std::vector<std::string>> lines(1);
    std::vector<std::size_t> width;
    for (const auto& each : columns) {
        lines.front().emplace_back(each.title);
        width.push_back(each.title.size());
    }
    for (const auto& row : rows) {
        if (!row.is_object()) continue;
        auto& cells = lines.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            cells.push_back(cell_text(row.get_object(), columns[i]));
            width[i] = std::max(width[i], width_of(cells.back()));
        }
    }
    std::string text;
    for (const auto& cells : lines) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i != 0) text += "  ";
            append_padded(text, cells[i], width[i], columns[i].how == as::count || columns[i].how == as::size);
        }
        end_line(text);
    }
    return text;
}

std::string details_text(const json::object& object, std::span<const column> columns) {
    std::size_t width = 0;
    for (const auto& each : columns)
        width = std::max(width, each.title.size());
    std::string text;
    for (const auto& each : columns) {
        const auto cell = cell_text(object, each);
        if (cell.empty()) continue;
        append_padded(text, std::string{each.title}, width + 2, false);
        text += cell;
        end_line(text);
    }
    return text;
}

}  // namespace gangway::cli
