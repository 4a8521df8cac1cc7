#pragma once
/// Settings as they were written, each with the place it came from.

#include <gangway/base/error.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::app {

/// Where a value was written; a later one outweighs an earlier one.
enum class origin : std::uint8_t { file, environment, flag };

struct raw_value {
    std::vector<std::string> values;  ///< exactly one unless the setting is a list
    origin from;
    std::string place;  ///< for messages: "gangway.toml, line 3", "GANGWAY_LISTEN", "--listen"
};

/// By key.
using raw_settings = std::map<std::string, raw_value, std::less<>>;

/// Reads a TOML file. Unknown keys and values of the wrong type are refused: the error names the key, the line, and
/// what is allowed.
[[nodiscard]] base::result<raw_settings> settings_of_file(const std::filesystem::path& file);
/// The same for the text of the file `name`.
[[nodiscard]] base::result<raw_settings> settings_of_toml(std::string_view text, std::string_view name);

/// Reads the variables of all settings through `lookup`, which returns null for one that is not set. An empty variable
/// counts as not set.
[[nodiscard]] raw_settings settings_of_environment(const std::function<const char*(const char*)>& lookup);

/// A variable that looks like a setting and is none.
struct unknown_variable {
    std::string name;
    std::string_view meant;  ///< the setting's variable that it is probably a misspelling of; empty if none is near
};

/// Those of `environment` ("NAME=value" each, null at the end) that begin with GANGWAY_ and mean nothing to `serve`.
/// They are told, not refused: Kubernetes sets GANGWAY_SERVICE_HOST and more by itself for a service named gangway.
[[nodiscard]] std::vector<unknown_variable> unknown_variables(const char* const* environment);

/// Everything in `above`, and what only `below` has.
[[nodiscard]] raw_settings overlaid(raw_settings below, raw_settings above);

}  // namespace gangway::app
