#pragma once
/// Commands that work on the data folder itself, without a gateway: `gangway vault rotate`, `gangway vault status`, and
/// `gangway audit verify --data-dir`.

#include "setting_options.hpp"

#include <memory>
#include <optional>

namespace gangway::app {

class upkeep {
  public:
    /// After the administering commands have been added to `application`, which outlives this: `audit verify` is theirs
    /// unless a data folder is named.
    explicit upkeep(CLI::App& application);

    /// Whether the parsed command line names one of them.
    [[nodiscard]] bool chosen() const;
    /// Runs it and returns the exit code. Blocks.
    [[nodiscard]] int run() const;

  private:
    CLI::App* rotate_;
    CLI::App* status_;
    CLI::App* verify_;
    std::optional<setting_options> rotate_settings_{}, status_settings_{}, verify_settings_{};
    bool json_ = false;
};

}  // namespace gangway::app
