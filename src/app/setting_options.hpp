#pragma once
/// Settings as options of a command.

#include <gangway/app/setting_table.hpp>
#include <gangway/app/settings.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace gangway::app {

class setting_options {
  public:
    /// Adds `--config` and the flags of those settings that are `wanted`. CLI11 keeps addresses: this does not move.
    setting_options(CLI::App& command, const std::function<bool(const setting&)>& wanted);
    setting_options(const setting_options&) = delete;
    setting_options& operator=(const setting_options&) = delete;

    /// Whether any of them stands on the command line.
    [[nodiscard]] bool given() const;
    /// From the configuration file, the environment and these options. Errors: of `settings_of_file` and `decide`.
    [[nodiscard]] base::result<settings> decided() const;

  private:
    std::string config_{};
    std::map<std::string_view, std::vector<std::string>> values_{};
};

/// Takes the token out of the environment, where other processes of the user could read it.
[[nodiscard]] std::optional<base::secret> token_variable();

}  // namespace gangway::app
