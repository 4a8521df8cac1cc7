#include "process.hpp"
#include "serve.hpp"

#include <gangway/app/command_line.hpp>
#include <gangway/app/raw_settings.hpp>
#include <gangway/app/setting_table.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/cli/commands.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/model/errors.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

namespace gangway::app {
namespace {

constexpr std::size_t option_column = 34;
constexpr std::size_t help_width = 84;
constexpr auto description =
    "Gangway: SFTP servers over HTTP, and from the command line.\n"
    "The exit code is 0 for success, 1 if the server did not do it, 2 for a wrong command line, setting or local "
    "file,\n"
    "3 without a connection, 4 if the host key is not known or not the known one, 5 if the login is refused.";

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

/// The flags of `serve`, made from the table of settings.
class serve_command {
  public:
    explicit serve_command(CLI::App& application)
        : command_(application.add_subcommand("serve", "Serve the HTTP API")) {
        command_->footer(
            "Each setting can also stand in the configuration file or in the environment; a flag outweighs "
            "a variable, and a variable outweighs the file.");
        command_->add_option("--config", config_, "Configuration file in TOML (GANGWAY_CONFIG)")->type_name("FILE");
        for (const auto& setting : all_settings()) {
            auto* const option = command_->add_option(
                std::string{setting.flag}, values_[setting.key],
                fmt::format("{}\n[{} in the file, {}]", wrapped(std::string{setting.help}, help_width), setting.key,
                            setting.variable));
            option->type_name(std::string{setting.value_name});
            if (setting.kind == setting_kind::list)
                option->allow_extra_args(false);
            else
                option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        }
    }

    [[nodiscard]] bool chosen() const { return command_->parsed(); }

    /// Null terminated, or null.
    [[nodiscard]] const char* config_file() const {
        return config_.empty() ? std::getenv("GANGWAY_CONFIG") : config_.c_str();
    }

    [[nodiscard]] raw_settings flags() const {
        raw_settings found;
        for (const auto& setting : all_settings()) {
            const auto& values = values_.at(setting.key);
            if (!values.empty()) found.emplace(setting.key, raw_value{values, origin::flag, std::string{setting.flag}});
        }
        return found;
    }

  private:
    CLI::App* command_;
    std::string config_{};
    std::map<std::string_view, std::vector<std::string>> values_{};
};

std::filesystem::path path_variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::filesystem::path{} : std::filesystem::path{value};
}

/// Takes the token out of the environment, where other processes of the user could read it.
std::optional<base::secret> token_variable() {
    char* const value = std::getenv("GANGWAY_API_TOKEN");
    if (value == nullptr || *value == '\0') return std::nullopt;
    const std::span<char> octets{value, std::strlen(value)};
    base::secret token{{octets.data(), octets.size()}};
    base::wipe(octets.data(), octets.size());
    return token;
}

base::result<settings> decided_settings(const serve_command& command) {
    raw_settings written;
    const char* const config = command.config_file();
    if (config != nullptr && *config != '\0') {
        auto of_file = settings_of_file(config);
        if (!of_file) return std::unexpected(std::move(of_file.error()));
        written = std::move(*of_file);
    }
    written = overlaid(std::move(written), settings_of_environment([](const char* name) { return std::getenv(name); }));
    written = overlaid(std::move(written), command.flags());
    auto decided = decide(written, {.home = path_variable("HOME"),
                                    .xdg_data_home = path_variable("XDG_DATA_HOME"),
                                    .stderr_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                    .api_token = token_variable()});
    if (decided) decided->ignored = unknown_variables(environ);
    return decided;
}

/// CLI11 takes an unknown command for a missing one.
std::string what_is_wrong(const CLI::App& application, const CLI::ParseError& wrong,
                          std::span<const char* const> arguments) {
    if (arguments.size() < 2 || arguments[1][0] == '-') return wrong.what();
    const auto known = application.get_subcommands([](const CLI::App*) { return true; });
    const auto is_meant = [&](const CLI::App* command) { return command->get_name() == arguments[1]; };
    if (std::ranges::any_of(known, is_meant)) return wrong.what();
    return fmt::format("there is no command \"{}\"", base::escape(arguments[1], 64));
}

bool asks_for_json(int count, const char* const* arguments) {
    for (const std::string_view argument : std::span{arguments, static_cast<std::size_t>(count)})
        if (argument == "--json") return true;
    return false;
}

}  // namespace

int run(int count, const char* const* arguments) {
    harden_process();
    CLI::App application{description, "gangway"};
    application.set_version_flag("--version", "gangway " GANGWAY_VERSION);
    application.require_subcommand(1);
    application.get_formatter()->column_width(option_column);
    const serve_command serving{application};
    const cli::commands direct{application};
    try {
        application.parse(count, arguments);
    } catch (const CLI::ParseError& wrong) {
        if (wrong.get_exit_code() == 0) return application.exit(wrong);
        const auto message = what_is_wrong(application, wrong, {arguments, static_cast<std::size_t>(count)});
        return cli::report(model::invalid("arguments", message + " (gangway --help)").error(),
                           asks_for_json(count, arguments));
    }
    if (!serving.chosen()) return direct.run();
    auto decided = decided_settings(serving);
    if (!decided) return cli::report(decided.error(), false);
    return serve(std::move(*decided));
}

}  // namespace gangway::app
