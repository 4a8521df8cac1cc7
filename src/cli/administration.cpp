#include "admin_line.hpp"
#include "admin_run.hpp"

#include <gangway/cli/administration.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace gangway::cli {
namespace {

struct noun {
    std::string_view name;
    const char* summary;
};
constexpr std::array<noun, 9> nouns{{
    {"connections", "Managed connections of a gateway: set up, test, pause, delete"},
    {"keys", "Keys of a managed connection"},
    {"password", "The password of a managed connection"},
    {"folders", "Remote folders that a gateway pulls from"},
    {"runs", "Pulls that run or have run"},
    {"files", "Every file that was seen, and how far it has come"},
    {"tokens", "Who may use a gateway"},
    {"audit", "Who did what on a gateway"},
    {"webhooks", "Who is told of failures"},
}};

void add_gateway_options(CLI::App& command, admin_line& line) {
    const auto group = "Gateway";
    command.add_option("--gateway", line.gateway, "Its address (GANGWAY_URL; default: http://127.0.0.1:8080)")
        ->type_name("URL")
        ->group(group);
    command
        .add_option("--token-file", line.token_file,
                    "File with an API token (GANGWAY_TOKEN_FILE; GANGWAY_API_TOKEN holds the token itself)")
        ->type_name("FILE")
        ->group(group);
    command.add_flag("--json", line.json, "The answer of the API as JSON, errors on standard error");
}

void add_option(CLI::App& command, const option& what, admin_line& line) {
    const auto flag = "--" + std::string{what.name};
    auto& values = line.options[what.name];
    if (what.what == takes::nothing) {
        command.add_flag_function(flag, [&values](std::int64_t) { values.assign(1, ""); }, std::string{what.help});
        return;
    }
    auto* const added = command.add_option(flag, values, std::string{what.help});
    added->type_name(std::string{what.type_name});
    if (what.what == takes::list)
        added->allow_extra_args(false);
    else
        added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CLI::App* add_action(CLI::App& of_noun, const action& what, admin_line& line) {
    auto* const command = of_noun.add_subcommand(std::string{what.name}, std::string{what.summary});
    line.what = &what;
    for (const auto& each : what.operands) {
        auto* const added =
            command->add_option(std::string{each.name}, line.operands[each.name], std::string{each.help});
        added->type_name("")->required(each.required);
    }
    for (const auto& each : what.options)
        add_option(*command, each, line);
    add_gateway_options(*command, line);
    return command;
}

}  // namespace

struct administration::parsed {
    struct command {
        CLI::App* application;
        std::unique_ptr<admin_line> line;  ///< CLI11 keeps addresses of its members
    };
    std::vector<command> all{};
};

administration::administration(CLI::App& application) : parsed_(std::make_unique<parsed>()) {
    for (const auto& [name, summary] : nouns) {
        auto* const of_noun = application.add_subcommand(std::string{name}, summary);
        of_noun->require_subcommand(1);
        for (const auto actions :
             {connection_actions(), credential_actions(), folder_actions(), history_actions(), access_actions()})
            for (const auto& each : actions) {
                if (each.noun != name) continue;
                auto line = std::make_unique<admin_line>();
                auto* const command = add_action(*of_noun, each, *line);
                parsed_->all.push_back({command, std::move(line)});
            }
    }
}

administration::~administration() = default;

const admin_line* administration::chosen() const {
    for (const auto& command : parsed_->all)
        if (command.application->parsed()) return command.line.get();
    return nullptr;
}

int administration::run(std::optional<base::secret> token, const environment_lookup& variable) const {
    return run_action(*chosen(), std::move(token), variable);
}

}  // namespace gangway::cli
