#include "process.hpp"
#include "serve.hpp"
#include "setting_options.hpp"
#include "upkeep.hpp"
#include "wrong_words.hpp"

#include <gangway/app/command_line.hpp>
#include <gangway/cli/administration.hpp>
#include <gangway/cli/commands.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/model/errors.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

namespace gangway::app {
namespace {

constexpr std::size_t option_column = 34;
constexpr auto description =
    "Gangway: SFTP servers over HTTP, and from the command line.\n"
    "The exit code is 0 for success, 1 if the server did not do it, 2 for a wrong command line, setting or local "
    "file,\n"
    "3 without a connection, 4 if the host key is not known or not the known one, 5 if the login is refused.";

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
    auto* const serving = application.add_subcommand("serve", "Serve the HTTP API");
    serving->footer(
        "Each setting can also stand in the configuration file or in the environment; a flag outweighs "
        "a variable, and a variable outweighs the file.");
    const setting_options options{*serving, [](const setting&) { return true; }};
    const cli::commands direct{application};
    const cli::administration administering{application};
    const upkeep here{application};
    try {
        application.parse(count, arguments);
    } catch (const CLI::ParseError& wrong) {
        if (wrong.get_exit_code() == 0) return application.exit(wrong);
        auto message = explain_wrong_words(application, wrong, {arguments, static_cast<std::size_t>(count)});
        return cli::report(model::invalid("arguments", std::move(message)).error(), asks_for_json(count, arguments));
    }
    if (direct.chosen()) return direct.run();
    if (here.chosen()) return here.run();
    if (administering.chosen() != nullptr)
        return administering.run(token_variable(), [](const char* name) { return std::getenv(name); });
    auto decided = options.decided();
    if (!decided) return cli::report(decided.error(), false);
    return serve(std::move(*decided));
}

}  // namespace gangway::app
