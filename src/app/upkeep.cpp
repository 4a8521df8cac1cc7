#include "upkeep.hpp"

#include "folder_lock.hpp"
#include "keeping.hpp"
#include "process.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/cli/told_code.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/store/audit.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/vault/unlock.hpp>

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gangway::app {
namespace {

namespace json = boost::json;

/// The settings that say what is worked on.
bool is_of_data(const setting& each) {
    constexpr std::array<std::string_view, 3> keys{"data_dir", "database", "master_key_file"};
    return std::ranges::find(keys, each.key) != keys.end();
}

/// In the API's words, as the other commands fail.
int report(base::error failure, bool as_json) {
    if (const auto known = api::classify(failure.code); known.code != "internal_error")
        failure.code = cli::told_code(known.code);
    return cli::report(failure, as_json);
}

int print(const json::object& answer, const std::string& text, bool as_json) {
    const auto line = as_json ? json::serialize(answer) + "\n" : text;
    return std::fwrite(line.data(), 1, line.size(), stdout) == line.size() && std::fflush(stdout) == 0 ? 0 : 2;
}

/// Files that another user makes there would be out of the gateway's reach, and the database in use with them.
base::result<void> check_owner(const std::filesystem::path& folder) {
    struct stat about{};
    if (::stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode))
        return model::invalid("data_dir", "data_dir: there is no folder " + base::escape(folder.native()));
    if (about.st_uid != ::geteuid())
        return model::invalid("data_dir", fmt::format("data_dir: {} is of another user: run this as the gateway's "
                                                      "account, with sudo -u '#{}'",
                                                      base::escape(folder.native()), about.st_uid));
    return {};
}

/// Opens what is there, and makes nothing.
base::result<std::unique_ptr<store::database>> open_database(const settings& decided, const base::clock& clock) {
    const auto where = database_location(decided);
    if (where.backend == store::backend::sqlite && !std::filesystem::exists(where.where))
        return model::invalid("database", "there is no database " + base::escape(where.where));
    return store::database::open(where, clock);
}

/// What both commands of the vault begin with.
struct opened {
    settings decided;
    vault::master_key_file file;
    std::unique_ptr<store::database> database;
};

base::result<opened> open(const setting_options& from, const base::clock& clock) {
    auto decided = from.decided();
    if (!decided) return std::unexpected(std::move(decided.error()));
    keep_files_private();
    if (const auto ours = check_owner(decided->data_dir); !ours) return std::unexpected(ours.error());
    auto database = open_database(*decided, clock);
    if (!database) return std::unexpected(std::move(database.error()));
    auto file = master_key_of(*decided);
    return opened{std::move(*decided), std::move(file), std::move(*database)};
}

base::result<int> rotate(const setting_options& from, bool as_json) {
    const base::system_clock clock;
    auto on = open(from, clock);
    if (!on) return std::unexpected(std::move(on.error()));
    const auto alone = folder_lock::take(on->decided.data_dir, folder_lock::how::alone);
    if (!alone) return std::unexpected(alone.error());
    const auto secrets = vault::unlock(*on->database, on->file);
    if (!secrets) return std::unexpected(secrets.error());
    const auto done = vault::rotate(*on->database, **secrets, on->file);
    if (!done) return std::unexpected(done.error());
    auto text = fmt::format("{} secrets are sealed with version {} of the master key now\n", done->secrets, done->to);
    if (done->resumed) text = "an earlier rotation was brought to its end: " + text;
    if (!on->file.is_ours())
        text += fmt::format("no new key was made, because {} is not Gangway's: add one there, and rotate again\n",
                            base::escape(on->file.path()));
    return print({{"success", true}, {"version", done->to}, {"secrets", done->secrets}, {"resumed", done->resumed}},
                 text, as_json);
}

struct sealed_with {
    store::master_key row;
    std::size_t secrets;
};

base::result<std::vector<sealed_with>> master_keys(store::database& database) {
    return database.read([](store::transaction& tx) {
        std::vector<sealed_with> all;
        for (auto& row : store::secrets::master_keys(tx)) {
            const auto count = store::secrets::count(tx, row.version);
            all.push_back({std::move(row), count});
        }
        return all;
    });
}

base::result<int> status(const setting_options& from, bool as_json) {
    const base::system_clock clock;
    const auto on = open(from, clock);
    if (!on) return std::unexpected(on.error());
    const auto known = master_keys(*on->database);
    if (!known) return std::unexpected(known.error());
    auto keys = on->file.load();
    if (!keys) return std::unexpected(std::move(keys.error()));
    const auto newest = keys->current();
    const vault::vault secrets{std::move(*keys)};

    auto text = fmt::format("master keys in {}{}; version {} seals\n", base::escape(on->file.path()),
                            on->file.is_ours() ? "" : ", which is not Gangway's", newest);
    json::array versions;
    std::optional<base::error> wrong;
    for (const auto& [row, count] : *known) {
        const auto right = secrets.check(row);
        text += fmt::format("version {}: seals {} secrets; {}\n", row.version, count,
                            right ? "the key is there" : "the key is MISSING or WRONG");
        versions.push_back({{"version", row.version}, {"secrets", count}, {"usable", right.has_value()}});
        if (!right && !wrong) wrong = right.error();
    }
    const int printed = print({{"success", !wrong},
                               {"masterKeyFile", on->file.path()},
                               {"own", on->file.is_ours()},
                               {"current", newest},
                               {"versions", std::move(versions)}},
                              text, as_json);
    if (wrong) return std::unexpected(std::move(*wrong));
    return printed;
}

base::result<int> verify(const setting_options& from, bool as_json) {
    const base::system_clock clock;
    auto on = open(from, clock);
    if (!on) return std::unexpected(std::move(on.error()));
    const auto fault = on->database->read([](store::transaction& tx) { return store::audit::verify(tx); });
    if (!fault) return std::unexpected(fault.error());
    if (!*fault) return print({{"success", true}, {"intact", true}}, "the audit is intact\n", as_json);
    const auto what = base::escape((*fault)->message);
    if (as_json)
        (void)print({{"success", true}, {"intact", false}, {"seq", (*fault)->seq}, {"fault", what}}, "", as_json);
    return base::fail(cli::told_code("conflict"), base::phase::storage,
                      fmt::format("the audit is broken at entry {}: {}", (*fault)->seq, what));
}

}  // namespace

upkeep::upkeep(CLI::App& application) : verify_(application.get_subcommand("audit")->get_subcommand("verify")) {
    auto* const vault = application.add_subcommand("vault",
                                                   "The master key that seals secrets; works on the data "
                                                   "folder, as the gateway's account");
    vault->require_subcommand(1);
    rotate_ = vault->add_subcommand("rotate",
                                    "Make a new master key and seal all secrets with it; the gateway stops "
                                    "for that");
    status_ = vault->add_subcommand("status", "Which master keys are in use, and whether they are there");
    rotate_settings_.emplace(*rotate_, is_of_data);
    status_settings_.emplace(*status_, is_of_data);
    for (auto* const command : {rotate_, status_})
        command->add_flag("--json", json_, "The result as JSON on standard output, errors on standard error");
    verify_settings_.emplace(*verify_,
                             [](const setting& each) { return is_of_data(each) && each.key != "master_key_file"; });
}

bool upkeep::chosen() const {
    return rotate_->parsed() || status_->parsed() || (verify_->parsed() && verify_settings_->given());
}

int upkeep::run() const {
    const bool as_json = json_ || (verify_->parsed() && verify_->get_option("--json")->count() != 0);
    const auto code = rotate_->parsed()   ? rotate(*rotate_settings_, as_json)
                      : status_->parsed() ? status(*status_settings_, as_json)
                                          : verify(*verify_settings_, as_json);
    return code ? *code : report(code.error(), as_json);
}

}  // namespace gangway::app
