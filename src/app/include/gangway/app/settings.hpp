#pragma once
/// What `gangway serve` does, decided and checked.

#include <gangway/api/rate_rules.hpp>
#include <gangway/app/raw_settings.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/net/egress_policy.hpp>
#include <gangway/net/timers.hpp>
#include <gangway/transfer/pull_service.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gangway::app {

enum class log_format : std::uint8_t { text, json };
enum class log_level : std::uint8_t { trace, debug, info, warning, error };

struct settings {
    net::tcp::endpoint listen;
    std::filesystem::path data_dir;
    std::string database{};           ///< what `store::parse_location` takes; empty: a file in `data_dir`
    std::string master_key_file{};    ///< empty: see `vault::master_key_file::find`
    std::filesystem::path ca_file{};  ///< authorities for buckets and webhooks; empty: those of the system
    std::vector<std::filesystem::path> pull_roots{};  ///< absolute; never empty
    std::size_t pull_connections = 8;
    std::string node_name{};
    transfer::keep_history keep{.runs = std::chrono::days{90},
                                .files = std::chrono::days{730},
                                .audit = std::chrono::days{730},
                                .deliveries = std::chrono::days{30}};
    std::optional<base::secret> api_token{};
    std::vector<std::string> allowed_hosts{};
    std::vector<std::string> allowed_origins{};
    api::rate_rules rates{};
    net::egress_rules egress{};
    net::timers limits{};
    std::chrono::milliseconds stop_limit{30'000};
    log_format format = log_format::json;
    log_level level = log_level::info;
    std::vector<unknown_variable> ignored{};  ///< to be told once the log is there
};

/// What defaults depend on.
struct surroundings {
    std::filesystem::path home{};           ///< empty: unknown
    std::filesystem::path xdg_data_home{};  ///< empty: not set
    bool stderr_is_terminal = false;
    std::string host_name{};                  ///< empty: unknown
    std::optional<base::secret> api_token{};  ///< GANGWAY_API_TOKEN
};

/// Decides. An error names the key, where its value was written, and what is allowed; it never holds a secret.
[[nodiscard]] base::result<settings> decide(const raw_settings& written, surroundings around);

}  // namespace gangway::app
