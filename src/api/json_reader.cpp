#include <gangway/api/errors.hpp>
#include <gangway/api/json_reader.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/base/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Writes `point` as UTF-8 to `to`, which has room for it, and returns the end.
char* put_utf8(char* to, std::uint32_t point) noexcept {
    const auto tail = [&](unsigned shift) { *to++ = static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        *to++ = static_cast<char>(point);
    } else if (point < 0x800) {
        *to++ = static_cast<char>(0xC0U | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        *to++ = static_cast<char>(0xE0U | point >> 12);
        tail(6), tail(0);
    } else {
        *to++ = static_cast<char>(0xF0U | point >> 18);
        tail(12), tail(6), tail(0);
    }
    return to;
}

/// Recursive descent; the depth limit bounds the stack. The first complaint stops everything.
class parser {
  public:
    parser(std::span<char> body, json_limits limits)
        : begin_(body.data()), at_(begin_), end_(begin_ + body.size()), limits_(limits) {}

    base::result<json_object> run() {
        std::vector<json_member> members;
        if (begin_ == end_) return refuse(errc::bad_request, "The body is empty; send a JSON object");
        if (!base::is_utf8({begin_, end_})) return refuse(errc::bad_request, "The body is not valid UTF-8");
        blanks();
        if (!next_is('{'))
            complain("an object is expected");
        else if (enter() && object(&members)) {
            blanks();
            if (at_ != end_) complain("nothing may follow the object");
        }
        if (complaint_ == nullptr) return json_object{std::move(members)};
        return refuse(errc::bad_request,
                      fmt::format("The body is not acceptable JSON: {} (at octet {})", complaint_, at_ - begin_));
    }

  private:
    bool complain(const char* what) noexcept {
        complaint_ = what;
        return false;
    }
    void blanks() noexcept {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r'))
            ++at_;
    }
    bool next_is(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    bool enter() noexcept {
        if (++depth_ > limits_.depth) return complain("it is nested too deeply");
        return true;
    }
    bool leave() noexcept {
        --depth_;
        return true;
    }

    /// What follows a `{`. `kept` is where the members go, or null.
    bool object(std::vector<json_member>* kept) {
        std::vector<std::string_view> names;
        blanks();
        if (next_is('}')) return leave();
        do {
            json_member member;
            if (!name(member.name) || !value(member.value)) return false;
            names.push_back(member.name);
            if (kept != nullptr) kept->push_back(member);
            blanks();
        } while (next_is(','));
        if (!next_is('}')) return complain("a comma or the end of the object is expected");
        std::ranges::sort(names);
        if (std::ranges::adjacent_find(names) != names.end()) return complain("a name occurs twice in one object");
        return leave();
    }

    bool name(std::string_view& out) {
        std::span<char> text;
        blanks();
        if (!next_is('"')) return complain("a name in double quotes is expected");
        if (!string(text)) return false;
        out = {text.data(), text.size()};
        if (out.contains('\0')) return complain("a name contains NUL");
        blanks();
        return next_is(':') || complain("a colon is expected");
    }

    bool array() {
        blanks();
        if (next_is(']')) return leave();
        do {
            json_value ignored;
            if (!value(ignored)) return false;
            blanks();
        } while (next_is(','));
        return next_is(']') ? leave() : complain("a comma or the end of the array is expected");
    }

    bool value(json_value& out) {
        if (++values_ > limits_.values) return complain("it has too many values");
        blanks();
        if (next_is('"')) {
            std::span<char> text;
            if (!string(text)) return false;
            out = text;
            return true;
        }
        char* const start = at_;
        if (next_is('{')) {
            if (!enter() || !object(nullptr)) return false;
            out = nested(start);
            return true;
        }
        if (next_is('[')) {
            if (!enter() || !array()) return false;
            out = nested(start);
            return true;
        }
        if (at_ != end_ && (is_digit(*at_) || *at_ == '-')) return number(out);
        return literal(out);
    }

    json_nested nested(char* start) const noexcept {
        return limits_.nested_text ? json_nested{{start, at_}} : json_nested{};
    }

    bool literal(json_value& out) {
        const std::string_view rest{at_, end_};
        const auto is = [&](std::string_view word, json_value meaning) {
            if (!rest.starts_with(word)) return false;
            at_ += word.size();
            out = meaning;
            return true;
        };
        return is("true", true) || is("false", false) || is("null", json_null{}) || complain("a value is expected");
    }

    bool digits() noexcept {
        const char* const start = at_;
        while (at_ != end_ && is_digit(*at_))
            ++at_;
        return at_ != start;
    }

    bool number(json_value& out) {
        const char* const start = at_;
        bool whole = true;
        next_is('-');
        if (!next_is('0') && !digits()) return complain("a number lacks its digits");
        if (at_ != end_ && is_digit(*at_)) return complain("a number starts with a zero that does not belong there");
        if (next_is('.')) {
            whole = false;
            if (!digits()) return complain("a number lacks the digits of its fraction");
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            whole = false;
            ++at_;
            if (!next_is('+')) next_is('-');
            if (!digits()) return complain("a number lacks the digits of its exponent");
        }
        if (static_cast<std::size_t>(at_ - start) > limits_.number) return complain("a number is too long");

        std::int64_t integer = 0;
        if (whole && std::from_chars(start, at_, integer).ec == std::errc{}) {
            out = integer;
            return true;
        }
        double real = 0;
        if (std::from_chars(start, at_, real).ec != std::errc{} || !std::isfinite(real))
            return complain("a number is out of range");
        out = real;
        return true;
    }

    /// Where the string that begins here is decoded to: onto itself, because no escape is shorter than what it stands
    /// for, or to the same place beside the document, where its text is to stay.
    char* place() {
        if (!limits_.nested_text || depth_ == 1) return at_;
        if (beside_.empty()) beside_.resize(static_cast<std::size_t>(end_ - begin_));
        return beside_.data() + (at_ - begin_);
    }

    /// What follows the opening quote.
    bool string(std::span<char>& out) {
        char* const start = place();
        char* to = start;
        for (;;) {
            const char* const plain = at_;
            while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20)
                ++at_;
            const auto length = static_cast<std::size_t>(at_ - plain);
            if (to != plain && length != 0) std::memmove(to, plain, length);
            to += length;
            if (at_ == end_) return complain("a string does not end");
            if (static_cast<unsigned char>(*at_) < 0x20) return complain("a string contains a bare control character");
            if (*at_++ == '"') break;
            if (!escape(to)) return false;
        }
        out = {start, to};
        return true;
    }

    /// What follows a backslash.
    bool escape(char*& to) noexcept {
        static constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
        if (at_ == end_) return complain("a string does not end");
        const char letter = *at_++;
        if (letter == 'u') return unicode_escape(to);
        const auto which = letters.find(letter);
        if (which == std::string_view::npos) return complain("a string contains an unknown escape");
        *to++ = meanings[which];
        return true;
    }

    bool unicode_escape(char*& to) noexcept {
        std::uint32_t point = 0;
        if (!code_unit(point)) return false;
        if (point >= 0xDC00 && point <= 0xDFFF) return complain("a string contains half a surrogate pair");
        if (point >= 0xD800 && point <= 0xDBFF) {
            std::uint32_t low = 0;
            if (!next_is('\\') || !next_is('u') || !code_unit(low) || low < 0xDC00 || low > 0xDFFF)
                return complain("a string contains half a surrogate pair");
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        }
        to = put_utf8(to, point);
        return true;
    }

    bool code_unit(std::uint32_t& unit) noexcept {
        if (end_ - at_ < 4) return complain("a string does not end");
        for (int i = 0; i < 4; ++i) {
            const int digit = hex_value(*at_);
            if (digit < 0) return complain("an escape lacks hexadecimal digits");
            unit = unit << 4 | static_cast<std::uint32_t>(digit);
            ++at_;
        }
        return true;
    }

    char* begin_;
    char* at_;
    char* end_;
    json_limits limits_;
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
    const char* complaint_ = nullptr;
    wiped_octets beside_{};  ///< lives as long as names are compared
};

}  // namespace

const json_value* json_object::find(std::string_view name) const noexcept {
    for (const auto& member : members_)
        if (member.name == name) return std::holds_alternative<json_null>(member.value) ? nullptr : &member.value;
    return nullptr;
}

base::result<json_object> parse_json_object(std::span<char> body, json_limits limits) {
    return parser{body, limits}.run();
}

}  // namespace gangway::api
