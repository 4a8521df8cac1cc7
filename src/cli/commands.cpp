#include "run.hpp"

#include <gangway/cli/commands.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <string_view>

namespace gangway::cli {
namespace {

struct description {
    verb what;
    const char* name;
    const char* summary;
};
constexpr std::array<description, 9> descriptions{{
    {verb::ls, "ls", "List a folder of an SFTP server"},
    {verb::get, "get", "Download a file or a folder; each file appears whole or not at all"},
    {verb::put, "put", "Upload a file or a folder; success means that the server has all of it"},
    {verb::rm, "rm", "Remove a file"},
    {verb::rmdir, "rmdir", "Remove an empty folder"},
    {verb::mkdir, "mkdir", "Make a folder"},
    {verb::mv, "mv", "Rename a file or folder"},
    {verb::stat, "stat", "Show size, mode, owner and times"},
    {verb::probe, "probe", "Examine the connection to a server step by step"},
}};

constexpr auto url_help = "sftp://user@host:port/path; /~/path is relative to the login folder";

void add_connection_options(CLI::App& command, command_line& line) {
    const auto group = "Connection";
    command
        .add_option("-i,--identity", line.identities,
                    "Private key file (repeatable); without it the agent and "
                    "~/.ssh/id_ed25519, id_ecdsa, id_rsa are tried")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->group(group);
    command
        .add_option("--known-hosts", line.known_hosts,
                    "Host keys, read and written (default: ~/.ssh/known_hosts; /etc/ssh/ssh_known_hosts is read)")
        ->type_name("FILE")
        ->group(group);
    command.add_flag("--accept-new", line.accept_new, "Trust and remember the key of a server that is not known yet")
        ->group(group);
    command
        .add_flag("--password-stdin", line.password_stdin, "Read the password from the first line of standard input")
        ->group(group);
    command
        .add_flag("--passphrase-stdin", line.passphrase_stdin,
                  "Read the passphrase of encrypted keys from the first line of standard input")
        ->group(group);
    command
        .add_option("--timeout", line.timeout,
                    "Longest wait for each stage of the connection and for progress, e.g. 5s")
        ->type_name("DURATION")
        ->group(group);
}

void add_file_options(CLI::App& command, command_line& line) {
    switch (line.what) {
        case verb::ls:
            command.add_flag("-l", line.long_format, "Permissions, owner, group, size, time and name");
            command.add_flag("-a,--all", line.all, "Also names that begin with a dot");
            break;
        case verb::get:
            command.add_option("local", line.local, "File or folder; - for standard output (default: the remote name)")
                ->type_name("LOCAL");
            break;
        case verb::put:
            command.add_option("--mode", line.mode, "Permissions of the remote file, e.g. 640")->type_name("OCTAL");
            command.add_flag("--append", line.append, "Add to the end of what is there");
            command.add_flag("--parents", line.parents, "Make missing folders");
            command.add_flag("--atomic", line.atomic,
                             "Write under a temporary name and rename at the end; with -r each file");
            break;
        case verb::rm:
            command.add_flag("-r,--recursive", line.recursive,
                             "A folder and everything in it; links are removed and not followed");
            break;
        case verb::mkdir:
            command.add_flag("-p,--parents", line.parents, "Make missing folders; an existing one is no error");
            command.add_option("-m,--mode", line.mode, "Permissions, e.g. 750")->type_name("OCTAL");
            break;
        case verb::mv:
            command.add_option("target", line.target, "New path on the same server, or its URL")
                ->required()
                ->type_name("TARGET");
            command.add_flag("-f,--force", line.force, "Replace an existing target");
            break;
        case verb::stat:
            command.add_flag("--lstat", line.lstat, "Of a symbolic link itself");
            break;
        default:
            break;
    }
    if (line.what != verb::get && line.what != verb::put) return;
    command.add_flag("-r,--recursive", line.recursive, "A folder and everything in it; links are passed over");
    command.add_flag("-p,--preserve", line.preserve, "With -r: keep permissions and times");
    command.add_flag("--resume", line.resume,
                     "Keep what was transferred if it fails, under a hidden name, and go on with it next time; with -r "
                     "leave out what is there already");
    command.add_flag("--no-overwrite", line.no_overwrite, "Fail if the file exists");
    command.add_flag("--sync", line.sync, "Success only when the file is on stable storage");
    command
        .add_option("--parallel", line.parallel,
                    "put: channels for one file; with -r: large files at once (default: as many as help)")
        ->type_name("N")
        ->check(CLI::Range(1, 64));
    command.add_flag("-q,--quiet", line.quiet, "No progress");
}

}  // namespace

struct commands::parsed {
    struct command {
        CLI::App* application;
        command_line line;
    };
    std::array<command, descriptions.size()> all{};
};

commands::commands(CLI::App& application) : parsed_(std::make_unique<parsed>()) {
    for (std::size_t i = 0; i < descriptions.size(); ++i) {
        const auto& [what, name, summary] = descriptions[i];
        auto& [command, line] = parsed_->all[i];
        line.what = what;
        command = application.add_subcommand(name, summary);
        if (what == verb::put)
            command->add_option("local", line.local, "File; - for standard input")->required()->type_name("LOCAL");
        command->add_option("url", line.url, url_help)->required()->type_name("URL");
        add_file_options(*command, line);
        add_connection_options(*command, line);
        command->add_flag("--json", line.json, "The result as JSON on standard output, errors on standard error");
    }
}

commands::~commands() = default;

bool commands::chosen() const {
    for (const auto& command : parsed_->all)
        if (command.application->parsed()) return true;
    return false;
}

int commands::run() const {
    for (const auto& command : parsed_->all)
        if (command.application->parsed()) return cli::run(command.line);
    return 0;
}

}  // namespace gangway::cli
