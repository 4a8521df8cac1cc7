#pragma once
/// The commands that administer a running gateway over its HTTP API: connections, keys, password, folders, runs,
/// files, tokens, audit, webhooks.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace CLI {
class App;
}

namespace gangway::cli {

struct admin_line;

/// Looks a variable of the environment up; null if it is not set.
using environment_lookup = std::function<const char*(const char*)>;

/// The commands as subcommands of a CLI11 application, which must outlive this.
class administration {
  public:
    explicit administration(CLI::App& application);
    ~administration();
    administration(const administration&) = delete;
    administration& operator=(const administration&) = delete;

    /// The one that the parsed command line names; null if it names none. Lives as long as this.
    [[nodiscard]] const admin_line* chosen() const;
    /// Runs it and returns the exit code (`exit_code`). `token` is what GANGWAY_API_TOKEN held, and `variable` looks
    /// for GANGWAY_URL and GANGWAY_TOKEN_FILE.
    [[nodiscard]] int run(std::optional<base::secret> token, const environment_lookup& variable) const;

  private:
    struct parsed;
    std::unique_ptr<parsed> parsed_;
};

}  // namespace gangway::cli
