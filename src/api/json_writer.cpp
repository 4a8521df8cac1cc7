#include <gangway/api/json_writer.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/base/utf8.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <iterator>

namespace gangway::api {
namespace {

/// For each octet: 0 if it stands for itself, `u` if it becomes \u00XX, else the letter after the backslash.
constexpr auto escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t control = 0; control < 0x20; ++control)
        table[control] = 'u';
    table['"'] = '"', table['\\'] = '\\';
    table['\b'] = 'b', table['\f'] = 'f', table['\n'] = 'n', table['\r'] = 'r', table['\t'] = 't';
    return table;
}();

char escape_of(char octet) noexcept {
    return escapes[static_cast<unsigned char>(octet)];
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = escape_of(text[at]);
        if (letter == 0) continue;
        out.append(text, plain, at - plain);
        plain = at + 1;
        if (letter == 'u') {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto value = static_cast<unsigned char>(text[at]);
            const char unit[] = {'\\', 'u', '0', '0', digits[value >> 4], digits[value & 15]};
            out.append(unit, sizeof unit);
        } else {
            const char pair[] = {'\\', letter};
            out.append(pair, sizeof pair);
        }
    }
    out.append(text, plain);
}

std::size_t escaped_size(std::string_view text) noexcept {
    std::size_t size = text.size();
    for (const char c : text) {
        const char letter = escape_of(c);
        size += letter == 0 ? 0U : letter == 'u' ? 5U : 1U;
    }
    return size;
}

void json_writer::separate() {
    constexpr std::string_view beginnings = "{[\n";
    if (!out_->empty() && !beginnings.contains(out_->back())) out_->push_back(',');
}

void json_writer::key(std::string_view name) {
    separate();
    out_->push_back('"');
    out_->append(name);
    out_->append("\":");
}

void json_writer::open(char bracket) {
    separate();
    out_->push_back(bracket);
}

void json_writer::open(std::string_view name, char bracket) {
    key(name);
    out_->push_back(bracket);
}

void json_writer::text(std::string_view name, std::string_view value) {
    key(name);
    out_->push_back('"');
    append_escaped(*out_, value);
    out_->push_back('"');
}

void json_writer::item(std::string_view value) {
    separate();
    out_->push_back('"');
    append_escaped(*out_, value);
    out_->push_back('"');
}

void json_writer::octets(std::string_view name, std::string_view value) {
    if (base::is_utf8(value)) return text(name, value);
    text(name, base::to_utf8(value));
}

void json_writer::base64(std::string_view name, std::string_view value) {
    constexpr std::size_t piece = 3 * 1024;  // a multiple of three, so that only the last piece is padded
    key(name);
    out_->push_back('"');
    for (std::size_t at = 0; at < value.size(); at += piece)
        out_->append(base::to_base64(value.substr(at, piece)));
    out_->push_back('"');
}

void json_writer::flag(std::string_view name, bool value) {
    key(name);
    out_->append(value ? "true" : "false");
}

void json_writer::number(std::string_view name, std::uint64_t value) {
    key(name);
    const fmt::format_int digits{value};
    out_->append(digits.data(), digits.size());
}

void json_writer::json(std::string_view name, std::string_view value) {
    key(name);
    out_->append(value);
}

void json_writer::date(std::string_view name, std::uint32_t seconds) {
    const std::chrono::sys_seconds moment{std::chrono::seconds{seconds}};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{moment - day};
    key(name);
    fmt::format_to(std::back_inserter(*out_), FMT_COMPILE("\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.000Z\""),
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                   time.seconds().count());
}

}  // namespace gangway::api
