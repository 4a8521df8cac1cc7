#include <gangway/app/raw_settings.hpp>
#include <gangway/app/setting_table.hpp>

#include <algorithm>
#include <utility>

namespace gangway::app {
namespace {

/// What stands between commas, without the spaces around it; nothing for an empty part.
std::vector<std::string> split(std::string_view text) {
    constexpr std::string_view blank = " \t";
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        part.remove_prefix(std::min(part.find_first_not_of(blank), part.size()));
        part = part.substr(0, part.find_last_not_of(blank) + 1);
        if (!part.empty()) parts.emplace_back(part);
    }
    return parts;
}

bool is_known(std::string_view variable) noexcept {
    // The last two are for the commands that administer a gateway.
    return variable == "GANGWAY_CONFIG" || variable == "GANGWAY_API_TOKEN" || variable == "GANGWAY_URL" ||
           variable == "GANGWAY_TOKEN_FILE" ||
           std::ranges::find(all_settings(), variable, &setting::variable) != all_settings().end();
}

}  // namespace

raw_settings settings_of_environment(const std::function<const char*(const char*)>& lookup) {
    raw_settings found;
    for (const auto& setting : all_settings()) {
        const std::string name{setting.variable};
        const char* const value = lookup(name.c_str());
        if (value == nullptr || *value == '\0') continue;
        auto values = setting.kind == setting_kind::list ? split(value) : std::vector<std::string>{value};
        found.emplace(setting.key, raw_value{std::move(values), origin::environment, name});
    }
    return found;
}

std::vector<unknown_variable> unknown_variables(const char* const* environment) {
    constexpr std::string_view prefix = "GANGWAY_";
    std::vector<unknown_variable> unknown;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry{*environment};
        const auto name = entry.substr(0, entry.find('='));
        if (!name.starts_with(prefix) || is_known(name)) continue;
        std::string key{name.substr(prefix.size())};
        for (char& c : key)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const auto* const meant = find_setting(nearest_key(key));
        unknown.push_back({std::string{name}, meant == nullptr ? std::string_view{} : meant->variable});
    }
    return unknown;
}

raw_settings overlaid(raw_settings below, raw_settings above) {
    above.merge(below);
    return above;
}

}  // namespace gangway::app
