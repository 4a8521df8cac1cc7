#pragma once
/// The commands that work on a server directly: ls, get, put, rm, rmdir, mkdir, mv, stat, probe.

#include <memory>

namespace CLI {
class App;
}

namespace gangway::cli {

/// The commands as subcommands of a CLI11 application, which must outlive this.
class commands {
  public:
    explicit commands(CLI::App& application);
    ~commands();
    commands(const commands&) = delete;
    commands& operator=(const commands&) = delete;

    /// Whether the parsed command line names one of them.
    [[nodiscard]] bool chosen() const;
    /// Runs it and returns the exit code (`exit_code`).
    [[nodiscard]] int run() const;

  private:
    struct parsed;
    std::unique_ptr<parsed> parsed_;
};

}  // namespace gangway::cli
