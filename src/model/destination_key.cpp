#include <gangway/base/utf8.hpp>
#include <gangway/model/destination_key.hpp>
#include <gangway/model/errors.hpp>

#include <algorithm>
#include <ranges>

namespace gangway::model {
namespace {

bool is_component(std::string_view name) noexcept {
    return !name.empty() && name.size() <= destination_key::longest_component && name != "." && name != ".." &&
           !name.starts_with(destination_key::reserved);
}

/// C0 and DEL; C1 as it is written in UTF-8.
bool has_control(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet < 0x20 || octet == 0x7f) return true;
        if (octet == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
    }
    return false;
}

}  // namespace

base::result<destination_key> destination_key::parse(std::string text, std::string_view field) {
    if (text.empty() || text.size() > longest) return invalid(field, "a destination has 1 to 1024 octets");
    if (!base::is_utf8(text) || has_control(text))
        return invalid(field, "a destination is UTF-8 without control characters");
    for (const auto part : std::views::split(text, '/'))
        if (!is_component({part.begin(), part.end()}))
            return invalid(field,
                           "a destination is a relative path: no empty component, no \".\" and \"..\", none that "
                           "starts with \".gangway\", none of more than 255 octets");
    return destination_key{std::move(text)};
}

std::string_view destination_key::folder() const noexcept {
    const auto slash = text_.rfind('/');
    return slash == std::string::npos ? std::string_view{} : std::string_view{text_}.substr(0, slash);
}

std::string_view destination_key::name() const noexcept {
    return std::string_view{text_}.substr(text_.rfind('/') + 1);
}

}  // namespace gangway::model
