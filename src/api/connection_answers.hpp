#pragma once
/// How managed connections and their keys are shown. Nothing private is ever part of it.

#include <gangway/store/connections.hpp>
#include <gangway/store/host_keys.hpp>
#include <gangway/store/keys.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gangway::api {

class json_writer;

/// A connection with all that is shown of it.
struct shown_connection {
    store::connection row;
    std::optional<store::host_key_pin> pinned{};
    std::vector<store::connection_key> keys{};

    [[nodiscard]] static std::optional<shown_connection> find(store::transaction& tx, std::string_view id);
};

/// The members of the object that is open in `json`.
void write_connection(json_writer& json, const shown_connection& shown);
void write_key(json_writer& json, const store::connection_key& row);
/// The member "hostKey" of the object that is open.
void write_host_key(json_writer& json, const std::optional<store::host_key_pin>& pinned);

}  // namespace gangway::api
