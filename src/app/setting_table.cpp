#include "nearest_word.hpp"

#include <gangway/app/setting_table.hpp>

#include <algorithm>
#include <array>

namespace gangway::app {
namespace {

using enum setting_kind;

constexpr auto table = std::to_array<setting>({
    {"listen", "GANGWAY_LISTEN", "--listen", "ADDR:PORT", text,
     "Where HTTP is served; port 0 takes any free port. Beyond loopback an API token is required. "
     "Default: 127.0.0.1:8080"},
    {"data_dir", "GANGWAY_DATA_DIR", "--data-dir", "DIR", text,
     "What Gangway remembers, such as pinned host keys; made with mode 0700. "
     "Default: $XDG_DATA_HOME/gangway or ~/.local/share/gangway"},
    {"database", "GANGWAY_DATABASE", "--database", "FILE|URL", text,
     "Where managed connections, history and the audit are kept: the path of an SQLite file, or postgresql://…. "
     "Default: gangway.db in data_dir"},
    {"master_key_file", "GANGWAY_MASTER_KEY_FILE", "--master-key-file", "FILE", text,
     "File with the master key that seals private keys and passwords, readable by Gangway alone. "
     "Default: the systemd credential gangway-master-key, else master-key in data_dir, made on the first start"},
    {"ca_file", "GANGWAY_CA_FILE", "--ca-file", "FILE", text,
     "Certificates of the authorities that vouch for buckets and webhooks behind https, in PEM, in the place of the "
     "system's. Default: those of the system"},
    {"pull_roots", "GANGWAY_PULL_ROOTS", "--pull-root", "DIR", list,
     "Folders of this machine beneath which pulled files may be put; a destination that is not absolute lies beneath "
     "the first. Default: pulled in data_dir"},
    {"pull_connections", "GANGWAY_PULL_CONNECTIONS", "--pull-connections", "N", text,
     "So many connections are pulled from at a time, 1 to 64. Default: 8"},
    {"node_name", "GANGWAY_NODE_NAME", "--node-name", "NAME", text,
     "Who this process is to others on the same database: two must never have one name. Default: the host name"},
    {"keep_runs", "GANGWAY_KEEP_RUNS", "--keep-runs", "DAYS", text,
     "How long runs stay in the history: 30d, or forever. Default: 90d"},
    {"keep_files", "GANGWAY_KEEP_FILES", "--keep-files", "DAYS", text,
     "How long versions of files that a later one has replaced stay in the history. Default: 730d"},
    {"keep_audit", "GANGWAY_KEEP_AUDIT", "--keep-audit", "DAYS", text,
     "How long entries of the audit are kept. Default: 730d"},
    {"keep_deliveries", "GANGWAY_KEEP_DELIVERIES", "--keep-deliveries", "DAYS", text,
     "How long deliveries of webhooks that are over are kept. Default: 30d"},
    {"api_token_file", "GANGWAY_API_TOKEN_FILE", "--api-token-file", "FILE", text,
     "File with the token that every request must bring (Authorization: Bearer …). GANGWAY_API_TOKEN may hold the "
     "token "
     "itself. Default: none"},
    {"allowed_hosts", "GANGWAY_ALLOWED_HOSTS", "--allowed-host", "NAME", list,
     "Further names of this gateway in the Host header, beside loopback names and the listen address. Default: none"},
    {"allowed_origins", "GANGWAY_ALLOWED_ORIGINS", "--allowed-origin", "ORIGIN", list,
     "Web sites whose pages may call the API, e.g. https://console.example.com. Default: none"},
    {"trusted_proxies", "GANGWAY_TRUSTED_PROXIES", "--trusted-proxy", "CIDR", list,
     "Proxies whose X-Forwarded-For or Forwarded header tells the client's address, e.g. 10.0.0.5. Default: none"},
    {"rate_requests", "GANGWAY_RATE_REQUESTS", "--rate-requests", "RATE", text,
     "Requests of one client address, such as 100/s, 600/m, 5000/h, or off. "
     "Default: 1000/s; off when listening on loopback without trusted proxies"},
    {"rate_per_token", "GANGWAY_RATE_PER_TOKEN", "--rate-per-token", "RATE", text,
     "Requests with the API token, of all clients together. Default: off"},
    {"rate_connections", "GANGWAY_RATE_CONNECTIONS", "--rate-connections", "RATE", text,
     "New connections to SFTP servers for one client address. "
     "Default: 600/m; off when listening on loopback without trusted proxies"},
    {"rate_failures", "GANGWAY_RATE_FAILURES", "--rate-failures", "RATE", text,
     "Requests of one client address without the right API token, after which it gets no answer. "
     "Default: 30/m; off when listening on loopback without trusted proxies"},
    {"egress", "GANGWAY_EGRESS", "--egress", "open|public", text,
     "Which servers may be reached: open is all but cloud metadata services, public is only public addresses. "
     "Default: open when listening on loopback, else public"},
    {"egress_allow", "GANGWAY_EGRESS_ALLOW", "--egress-allow", "CIDR", list,
     "Networks that may be reached although egress is public, e.g. 10.1.0.0/16. Default: none"},
    {"block_cloudflare", "GANGWAY_BLOCK_CLOUDFLARE", "--block-cloudflare", "BOOL", truth,
     "Refuse addresses of Cloudflare's proxies, where no SFTP server answers. Default: true"},
    {"timeout_connect", "GANGWAY_TIMEOUT_CONNECT", "--timeout-connect", "DURATION", text,
     "Longest time for DNS and TCP together. Default: 10s"},
    {"timeout_identification", "GANGWAY_TIMEOUT_IDENTIFICATION", "--timeout-identification", "DURATION", text,
     "Longest time until a server says that it speaks SSH. Default: 10s"},
    {"timeout_key_exchange", "GANGWAY_TIMEOUT_KEY_EXCHANGE", "--timeout-key-exchange", "DURATION", text,
     "Longest time for the SSH key exchange. Default: 15s"},
    {"timeout_authentication", "GANGWAY_TIMEOUT_AUTHENTICATION", "--timeout-authentication", "DURATION", text,
     "Longest time for the login. Default: 30s"},
    {"timeout_operation", "GANGWAY_TIMEOUT_OPERATION", "--timeout-operation", "DURATION", text,
     "Longest time without progress of an operation. Default: 30s"},
    {"stop_limit", "GANGWAY_STOP_LIMIT", "--stop-limit", "DURATION", text,
     "How long running requests may take to finish after SIGTERM or SIGINT. Default: 30s"},
    {"log_format", "GANGWAY_LOG_FORMAT", "--log-format", "text|json|auto", text,
     "Lines of text or of JSON on standard error; auto is text on a terminal. Default: auto"},
    {"log_level", "GANGWAY_LOG_LEVEL", "--log-level", "LEVEL", text,
     "trace, debug, info, warning or error. Default: info"},
});

}  // namespace

std::span<const setting> all_settings() noexcept {
    return table;
}

const setting* find_setting(std::string_view key) noexcept {
    const auto found = std::ranges::find(table, key, &setting::key);
    return found == table.end() ? nullptr : &*found;
}

std::string_view nearest_key(std::string_view wrong) {
    constexpr std::size_t farthest = 4;
    std::array<std::string_view, table.size()> keys;
    std::ranges::transform(table, keys.begin(), &setting::key);
    return nearest_word(wrong, keys, farthest);
}

}  // namespace gangway::app
