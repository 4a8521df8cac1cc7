#pragma once
/// Every setting of `gangway serve`, with its three spellings: the one list that the file, the environment, the command
/// line and the help are read from.

#include <cstdint>
#include <span>
#include <string_view>

namespace gangway::app {

enum class setting_kind : std::uint8_t {
    text,  ///< one value
    list,  ///< several: an array in TOML, commas in the environment, a repeated flag
    truth  ///< true or false
};

struct setting {
    std::string_view key;         ///< in the TOML file
    std::string_view variable;    ///< in the environment
    std::string_view flag;        ///< on the command line
    std::string_view value_name;  ///< for the help, e.g. "ADDR:PORT"
    setting_kind kind;
    std::string_view help;  ///< one sentence, with the default
};

[[nodiscard]] std::span<const setting> all_settings() noexcept;

/// The setting with this key; null if there is none.
[[nodiscard]] const setting* find_setting(std::string_view key) noexcept;

/// The key that `wrong` was probably meant to be; empty if nothing is near.
[[nodiscard]] std::string_view nearest_key(std::string_view wrong);

}  // namespace gangway::app
