#include <gangway/app/raw_settings.hpp>
#include <gangway/app/setting_table.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace gangway::app {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;

std::string place_of(std::string_view name, const toml::source_region& where) {
    return fmt::format("{}, line {}", name, where.begin.line);
}

std::unexpected<base::error> unknown_key(std::string_view key, std::string_view place) {
    const auto meant = nearest_key(key);
    const auto hint = meant.empty() ? std::string{"the settings are listed by gangway serve --help"}
                                    : fmt::format("did you mean {}?", meant);
    const auto shown = base::escape(key, 64);
    return model::invalid(shown, fmt::format("{} ({}): there is no such setting; {}", shown, place, hint));
}

std::string_view wanted_type(const setting& setting) {
    switch (setting.kind) {
        case setting_kind::list:
            return "an array of strings, such as [\"one\", \"two\"]";
        case setting_kind::truth:
            return "true or false, without quotes";
        case setting_kind::text:
            break;
    }
    return "a string in quotes";
}

std::optional<std::vector<std::string>> values_of(const setting& setting, const toml::node& node) {
    if (setting.kind == setting_kind::truth) {
        const auto value = node.value_exact<bool>();
        if (!value) return std::nullopt;
        return std::vector<std::string>{*value ? "true" : "false"};
    }
    if (setting.kind == setting_kind::text) {
        auto value = node.value_exact<std::string>();
        if (!value) return std::nullopt;
        return std::vector{*std::move(value)};
    }
    const auto* const array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> values;
    for (const auto& item : *array) {
        auto value = item.value_exact<std::string>();
        if (!value) return std::nullopt;
        values.push_back(*std::move(value));
    }
    return values;
}

}  // namespace

base::result<raw_settings> settings_of_toml(std::string_view text, std::string_view name) {
    const auto parsed = toml::parse(text, name);
    if (!parsed) {
        const auto& failure = parsed.error();
        return model::invalid("config", fmt::format("{}: this is not TOML: {}", place_of(name, failure.source()),
                                                    base::escape(failure.description())));
    }
    raw_settings found;
    for (const auto& [key, node] : parsed.table()) {
        const auto place = place_of(name, key.source());
        const auto* const setting = find_setting(key.str());
        if (setting == nullptr) return unknown_key(key.str(), place);
        auto values = values_of(*setting, node);
        if (!values)
            return model::invalid(
                setting->key, fmt::format("{} ({}): the value must be {}", setting->key, place, wanted_type(*setting)));
        found.emplace(setting->key, raw_value{std::move(*values), origin::file, place});
    }
    return found;
}

base::result<raw_settings> settings_of_file(const std::filesystem::path& file) {
    const auto name = base::escape(file.native());
    std::ifstream in{file, std::ios::binary};
    std::string text(largest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    if (!in.is_open() || in.bad())
        return model::invalid("config",
                              fmt::format("the configuration file {} cannot be read: {}", name, std::strerror(errno)));
    if (text.size() > largest_file)
        return model::invalid("config", fmt::format("the configuration file {} is longer than 1 MiB", name));
    return settings_of_toml(text, name);
}

}  // namespace gangway::app
