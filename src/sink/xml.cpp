#include "xml.hpp"

#include <gangway/base/utf8.hpp>
#include <gangway/sink/errors.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace gangway::sink {
namespace {

constexpr std::size_t deepest = 16;
constexpr std::size_t most_elements = 50'000;
constexpr std::string_view blanks = " \t\r\n";

/// As UTF-8. Nothing for what is no character of XML: NUL, surrogates, beyond Unicode.
std::optional<std::string> character(std::uint32_t code) {
    const auto continued = [&](unsigned shift) { return static_cast<char>(0x80U | ((code >> shift) & 0x3fU)); };
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return {};
    if (code < 0x80) return std::string{static_cast<char>(code)};
    if (code < 0x800) return std::string{static_cast<char>(0xc0U | code >> 6U), continued(0)};
    if (code < 0x10000) return std::string{static_cast<char>(0xe0U | code >> 12U), continued(6), continued(0)};
    return std::string{static_cast<char>(0xf0U | code >> 18U), continued(12), continued(6), continued(0)};
}

/// What stands between `&` and `;`.
std::optional<std::string> reference(std::string_view name) {
    for (const auto& [word, meaning] : {std::pair<std::string_view, const char*>{"amp", "&"},
                                        {"lt", "<"},
                                        {"gt", ">"},
                                        {"quot", "\""},
                                        {"apos", "'"}})
        if (name == word) return meaning;
    if (!name.starts_with('#')) return {};
    const bool hexadecimal = name.starts_with("#x");
    name.remove_prefix(hexadecimal ? 2 : 1);
    std::uint32_t code = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, failure] = std::from_chars(name.data(), end, code, hexadecimal ? 16 : 10);
    if (name.empty() || failure != std::errc{} || stop != end) return {};
    return character(code);
}

class reader {
  public:
    explicit reader(std::string_view document) : rest_(document) {}

    std::optional<xml_element> document() {
        take("\xef\xbb\xbf");
        xml_element root;
        if (!skip_asides() || !element(root, 1) || !skip_asides() || !rest_.empty()) return {};
        return root;
    }

  private:
    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }
    bool skip_past(std::string_view end) {
        const auto at = rest_.find(end);
        if (at == std::string_view::npos) return false;
        rest_.remove_prefix(at + end.size());
        return true;
    }
    /// Blanks, comments and processing instructions.
    bool skip_asides() {
        while (true) {
            skip_blanks();
            if (take("<!--")) {
                if (!skip_past("-->")) return false;
            } else if (take("<?")) {
                if (!skip_past("?>")) return false;
            } else {
                return true;
            }
        }
    }
    /// A name, of which what is in front of a colon is dropped.
    std::optional<std::string> name() {
        const auto taken = rest_.substr(0, rest_.find_first_of(" \t\r\n/>=<&'\""));
        if (taken.empty() || taken.size() > 128 || taken.front() == '!' || taken.front() == '?') return {};
        rest_.remove_prefix(taken.size());
        return std::string{taken.substr(taken.rfind(':') + 1)};
    }
    /// Up to and with `>`; whether the element is empty, nothing for a fault.
    std::optional<bool> attributes() {
        while (true) {
            const auto before = rest_.size();
            skip_blanks();
            if (take("/>")) return true;
            if (take(">")) return false;
            if (rest_.size() == before || !name()) return {};
            skip_blanks();
            if (!take("=")) return {};
            skip_blanks();
            const char quote = rest_.empty() ? '\0' : rest_.front();
            if (quote != '"' && quote != '\'') return {};
            rest_.remove_prefix(1);
            const auto value = rest_.substr(0, rest_.find(quote));
            if (value.size() == rest_.size() || value.contains('<')) return {};
            rest_.remove_prefix(value.size() + 1);
        }
    }
    bool text(std::string& out) {
        const auto piece = rest_.substr(0, rest_.find_first_of("<&"));
        out += piece;
        rest_.remove_prefix(piece.size());
        if (!take("&")) return !rest_.empty();
        const auto name = rest_.substr(0, rest_.find(';'));
        const auto meaning = name.size() == rest_.size() ? std::nullopt : reference(name);
        if (!meaning) return false;
        out += *meaning;
        rest_.remove_prefix(name.size() + 1);
        return true;
    }
    bool element(xml_element& into, std::size_t depth) {  // NOLINT(misc-no-recursion): `deepest` bounds it
        if (depth > deepest || ++count_ > most_elements || !take("<")) return false;
        const auto whole = rest_;
        auto called = name();
        if (!called) return false;
        const auto tag = whole.substr(0, whole.size() - rest_.size());
        into.name = std::move(*called);
        const auto empty = attributes();
        if (!empty) return false;
        if (*empty) return true;
        while (!rest_.empty()) {
            if (take("</")) {
                if (!take(tag)) return false;
                skip_blanks();
                return take(">");
            }
            if (rest_.starts_with("<!--") || rest_.starts_with("<?")) {
                if (!skip_past(rest_.starts_with("<!--") ? "-->" : "?>")) return false;
            } else if (rest_.starts_with('<')) {
                if (!element(into.children.emplace_back(), depth + 1)) return false;
            } else if (!text(into.text)) {
                return false;
            }
        }
        return false;
    }

    std::string_view rest_;
    std::size_t count_ = 0;
};

}  // namespace

const xml_element* xml_element::child(std::string_view wanted) const noexcept {
    const auto found = std::ranges::find(children, wanted, &xml_element::name);
    return found == children.end() ? nullptr : &*found;
}

std::string_view xml_element::text_of(std::string_view wanted) const noexcept {
    const auto* const found = child(wanted);
    return found == nullptr ? std::string_view{} : found->text;
}

base::result<xml_element> parse_xml(std::string_view document) {
    auto read = document.size() > largest_xml || !base::is_utf8(document) ? std::nullopt : reader{document}.document();
    if (!read)
        return base::fail(errc::bad_answer, base::phase::storage, "the storage answered with XML that cannot be read");
    return std::move(*read);
}

}  // namespace gangway::sink
