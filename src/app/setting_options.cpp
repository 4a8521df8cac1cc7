#include "setting_options.hpp"

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <span>
#include <unistd.h>
#include <utility>

namespace gangway::app {
namespace {

constexpr std::size_t help_width = 84;

/// Broken at spaces into lines of at most `width` characters.
std::string wrapped(std::string text, std::size_t width) {
    for (std::size_t start = 0; text.size() - start > width;) {
        const auto space = text.rfind(' ', start + width);
        if (space == std::string::npos || space <= start) break;
        text[space] = '\n';
        start = space + 1;
    }
    return text;
}

std::filesystem::path path_variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::filesystem::path{} : std::filesystem::path{value};
}

std::string host_name() {
    std::array<char, 256> name{};
    // The last character stays a NUL, whatever the system does with names that are too long.
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{};
}

}  // namespace

setting_options::setting_options(CLI::App& command, const std::function<bool(const setting&)>& wanted) {
    command.add_option("--config", config_, "Configuration file in TOML (GANGWAY_CONFIG)")->type_name("FILE");
    for (const auto& setting : all_settings()) {
        if (!wanted(setting)) continue;
        auto* const option =
            command.add_option(std::string{setting.flag}, values_[setting.key],
                               fmt::format("{}\n[{} in the file, {}]", wrapped(std::string{setting.help}, help_width),
                                           setting.key, setting.variable));
        option->type_name(std::string{setting.value_name});
        if (setting.kind == setting_kind::list)
            option->allow_extra_args(false);
        else
            option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
}

bool setting_options::given() const {
    return !config_.empty() || std::ranges::any_of(values_, [](const auto& each) { return !each.second.empty(); });
}

base::result<settings> setting_options::decided() const {
    raw_settings written;
    const char* const config = config_.empty() ? std::getenv("GANGWAY_CONFIG") : config_.c_str();
    if (config != nullptr && *config != '\0') {
        auto of_file = settings_of_file(config);
        if (!of_file) return std::unexpected(std::move(of_file.error()));
        written = std::move(*of_file);
    }
    written = overlaid(std::move(written), settings_of_environment([](const char* name) { return std::getenv(name); }));
    raw_settings flags;
    for (const auto& [key, values] : values_)
        if (!values.empty()) flags.emplace(key, raw_value{values, origin::flag, std::string{find_setting(key)->flag}});
    written = overlaid(std::move(written), std::move(flags));
    auto decided = decide(written, {.home = path_variable("HOME"),
                                    .xdg_data_home = path_variable("XDG_DATA_HOME"),
                                    .stderr_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                    .host_name = host_name(),
                                    .api_token = token_variable()});
    if (decided) decided->ignored = unknown_variables(environ);
    return decided;
}

std::optional<base::secret> token_variable() {
    char* const value = std::getenv("GANGWAY_API_TOKEN");
    if (value == nullptr || *value == '\0') return std::nullopt;
    const std::span<char> octets{value, std::strlen(value)};
    base::secret token{{octets.data(), octets.size()}};
    base::wipe(octets.data(), octets.size());
    return token;
}

}  // namespace gangway::app
