#pragma once
/// How folders, runs and the files of the ledger are shown. Each writes the members of the object that is open.

#include <gangway/store/file_entries.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/runs.hpp>
#include <gangway/transfer/pull_service.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

class json_writer;

struct shown_folder {
    store::folder row;
    std::optional<store::due_folder> due{};

    [[nodiscard]] static std::optional<shown_folder> find(store::transaction& tx, std::string_view id);
};

void write_folder(json_writer& json, const shown_folder& shown);
/// `live`: what is known of it while it goes on.
void write_run(json_writer& json, const store::run& row, const std::optional<transfer::run_snapshot>& live);
/// A run that waits for its turn.
void write_waiting_run(json_writer& json, const transfer::run_snapshot& waiting);
void write_ledger_file(json_writer& json, const store::file& row);
void write_archive_entry(json_writer& json, const store::file_entry& row);
/// Octets as text, and exactly beside it where text cannot have them.
void write_octets(json_writer& json, std::string_view name, std::string_view octets);

}  // namespace gangway::api
