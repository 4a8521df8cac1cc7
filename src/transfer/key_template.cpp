#include "date_text.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/transfer/key_template.hpp>
#include <gangway/transfer/safe_name.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace gangway::transfer {
namespace {

constexpr std::string_view date_word = "date:", mtime_word = "mtime:";

std::string_view name_of(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

/// Where the extension of a name starts; its end where it has none.
std::size_t extension_at(std::string_view name) noexcept {
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name.size() : dot;
}

/// Each component between slashes changed by `change`.
template <class Change>
std::string each_component(std::string_view path, Change change) {
    std::string out;
    for (const auto part : std::views::split(path, '/')) {
        if (part.begin() != path.begin()) out += '/';
        out += change(std::string_view{part.begin(), part.end()});
    }
    return out;
}

std::string folded_folders(const std::string& key) {
    const auto name = name_of(key);
    std::string hash;
    for (const char octet : crypto::sha256(std::string_view{key}.substr(0, key.size() - name.size())).substr(0, 16))
        hash += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return fmt::format("~{}/{}", hash, name);
}

}  // namespace

bool key_template::read_word(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, word>, 8> words{{{"name", word::name},
                                                                             {"stem", word::stem},
                                                                             {"ext", word::ext},
                                                                             {"path", word::path},
                                                                             {"connection", word::connection},
                                                                             {"folder", word::folder},
                                                                             {"version", word::version},
                                                                             {"sha256", word::sha256}}};
    for (const auto& [prefix, what] : {std::pair{date_word, word::date}, std::pair{mtime_word, word::mtime}}) {
        if (!name.starts_with(prefix)) continue;
        const auto format = name.substr(prefix.size());
        std::string around{format};
        std::erase(around, '%');
        if (!is_date_format(format) || !is_literal(around)) return false;
        parts_.push_back({what, std::string{format}});
        return true;
    }
    const auto* const found = std::ranges::find(words, name, [](const auto& row) { return row.first; });
    if (found == words.end()) return false;
    const auto what = found->second;
    parts_.push_back({what});
    has_version_ = has_version_ || what == word::version;
    needs_content_ = needs_content_ || what == word::sha256;
    tells_files_apart_ =
        tells_files_apart_ || what == word::name || what == word::stem || what == word::path || what == word::sha256;
    return true;
}

bool key_template::is_literal(std::string_view text) {
    return each_component(text, escape_octets) == text;
}

base::result<key_template> key_template::parse(std::string_view text, std::string_view field) {
    const auto refuse = [&](std::string_view why) {
        return model::invalid(field,
                              std::string{why} +
                                  "; a template is written like in/{connection}/{date:%Y/%m/%d}/{name}, with the "
                                  "words name, stem, ext, path, connection, folder, version, date:, mtime:, sha256");
    };
    if (text.size() > longest) return refuse("the template has more than 512 octets");
    key_template made;
    made.text_ = text;
    std::string shape;  // the template with each word as one letter
    while (!text.empty()) {
        const auto brace = std::min(text.find_first_of("{}"), text.size());
        if (brace > 0) {
            const auto literal = text.substr(0, brace);
            if (!is_literal(literal)) return refuse("a character outside of braces is not allowed in names");
            made.parts_.push_back({word::literal, std::string{literal}});
            shape += literal;
            text.remove_prefix(brace);
            continue;
        }
        const auto end = text.find('}');
        if (text.front() == '}' || end == std::string_view::npos) return refuse("a brace stands alone");
        if (!made.read_word(text.substr(1, end - 1))) return refuse("a word in braces is not known");
        const auto& added = made.parts_.back();
        shape += added.text.empty() ? "x" : added.text;
        text.remove_prefix(end + 1);
    }
    if (!made.tells_files_apart_) return refuse("without {name}, {stem}, {path} or {sha256} all files go to one place");
    for (const auto part : std::views::split(shape, '/')) {
        const std::string_view component{part.begin(), part.end()};
        if (component.empty()) return refuse("a component is empty");
        if (component.starts_with('.')) return refuse("a component starts with a dot");
    }
    return made;
}

void key_template::append(const part& part, const key_values& values, std::string& out) const {
    const auto name = name_of(values.path);
    switch (part.what) {
        case word::literal:
            out += part.text;
            break;
        case word::name:
            out += escape_octets(name);
            break;
        case word::stem:
            out += escape_octets(name.substr(0, extension_at(name)));
            break;
        case word::ext:
            out += escape_octets(name.substr(extension_at(name)));
            break;
        case word::path:
            out += each_component(values.path, escape_octets);
            break;
        case word::connection:
            out += escape_octets(values.connection);
            break;
        case word::folder:
            out += escape_octets(values.folder);
            break;
        case word::version:
            out += std::to_string(values.version);
            break;
        case word::date:
            out += date_text(part.text, values.date);
            break;
        case word::mtime:
            out += date_text(part.text, values.mtime.value_or(values.date));
            break;
        case word::sha256:
            out += escape_octets(values.sha256);
            break;
    }
}

model::destination_key key_template::render(const key_values& values) const {
    std::string raw;
    for (const auto& part : parts_)
        append(part, values, raw);
    if (!has_version_ && values.version > 1) {
        const auto name = name_of(raw);
        raw.insert(raw.size() - name.size() + extension_at(name), fmt::format("~{}", values.version));
    }
    auto key = each_component(raw, finish_component);
    if (key.size() > model::destination_key::longest) key = folded_folders(key);
    auto checked = model::destination_key::parse(std::move(key));
    if (!checked) throw std::logic_error{"a rendered key is not a key: " + checked.error().message};
    return std::move(*checked);
}

base::result<std::string> render_folder(std::string_view folder, model::local_time date, std::string_view field) {
    std::string out;
    while (!folder.empty()) {
        const auto brace = std::min(folder.find_first_of("{}"), folder.size());
        out += folder.substr(0, brace);
        folder.remove_prefix(brace);
        if (folder.empty()) break;
        const auto end = folder.find('}');
        const auto word = end == std::string_view::npos ? std::string_view{} : folder.substr(1, end - 1);
        if (folder.front() == '}' || !word.starts_with(date_word) || !is_date_format(word.substr(date_word.size())))
            return model::invalid(field,
                                  "a folder to move to may have dates such as {date:%Y/%m}, and no other braces");
        out += date_text(word.substr(date_word.size()), date);
        folder.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace gangway::transfer
