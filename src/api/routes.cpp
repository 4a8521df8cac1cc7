#include "routes.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace gangway::api {
namespace {

constexpr std::array routes{
    route{.path = "/healthz", .operation = "health", .allow = "GET", .body_limit = 0, .is_public = true},
    route{.path = "/readyz",
          .operation = "readiness",
          .allow = "GET",
          .body_limit = 0,
          .is_public = true,
          .special = ready},
    route{.path = "/metrics", .operation = "metrics", .allow = "GET", .body_limit = 0, .special = metrics},
    route{.path = "/openapi.json", .operation = "description", .allow = "GET", .body_limit = 0, .special = description},
    route{.path = "/api/sftp/connect",
          .operation = "connect",
          .allow = "GET, POST",
          .to_change = role::viewer,
          .dials = true,
          .special = connect},
    route{.path = "/api/sftp/list",
          .operation = "list",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_list},
    route{.path = "/api/sftp/download",
          .operation = "download",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_download},
    route{.path = "/api/sftp/upload",
          .operation = "upload",
          .allow = "POST",
          .body_limit = upload_body_limit,
          .decode = decode_upload},
    route{.path = "/api/sftp/delete", .operation = "delete", .allow = "POST", .decode = decode_delete},
    route{.path = "/api/sftp/mkdir", .operation = "mkdir", .allow = "POST", .decode = decode_mkdir},
    route{.path = "/api/sftp/rename", .operation = "rename", .allow = "POST", .decode = decode_rename},
    route{.path = "/api/sftp/stat",
          .operation = "stat",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_stat},
    route{.path = "/api/sftp/rmdir", .operation = "rmdir", .allow = "POST", .decode = decode_rmdir},
    route{.path = "/api/sftp/lstat",
          .operation = "lstat",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_lstat},
    route{.path = "/api/sftp/setstat", .operation = "setstat", .allow = "POST", .decode = decode_setstat},
    route{.path = "/api/sftp/symlink", .operation = "symlink", .allow = "POST", .decode = decode_symlink},
    route{.path = "/api/sftp/readlink",
          .operation = "readlink",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_readlink},
    route{.path = "/api/sftp/realpath",
          .operation = "realpath",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_realpath},
    route{.path = "/api/sftp/statvfs",
          .operation = "statvfs",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_statvfs},
    route{.path = "/api/sftp/remove",
          .operation = "remove",
          .allow = "POST",
          .decode = decode_remove,
          .longest = longest_work},
    route{
        .path = "/api/sftp/copy", .operation = "copy", .allow = "POST", .decode = decode_copy, .longest = longest_work},
    route{.path = "/api/sftp/checksum",
          .operation = "checksum",
          .allow = "POST",
          .to_change = role::viewer,
          .decode = decode_checksum,
          .longest = longest_work},
    route{.path = "/api/sftp/probe",
          .operation = "probe",
          .allow = "POST",
          .to_change = role::viewer,
          .dials = true,
          .special = probe},
    route{.path = "/api/v1/sessions",
          .operation = "open-session",
          .allow = "POST",
          .dials = true,
          .special = open_session},
    route{.path = "/api/v1/sessions/{id}",
          .operation = "session",
          .allow = "GET, HEAD, DELETE",
          .resource = serve_session},
    route{.path = "/api/v1/sessions/{id}/uploads",
          .operation = "uploads",
          .allow = "OPTIONS, POST",
          .resource = serve_uploads},
    route{.path = "/api/v1/sessions/{id}/uploads/*",
          .operation = "upload-part",
          .allow = "OPTIONS, HEAD, PATCH, DELETE, POST",
          .resource = serve_upload},
    route{.path = "/api/v1/sessions/{id}/files/*",
          .operation = "file",
          .allow = "GET, HEAD, PUT, DELETE",
          .resource = serve_file},
    route{.path = "/api/v1/connections",
          .operation = "connections",
          .allow = "GET, POST",
          .to_change = role::admin,
          .resource = serve_connections},
    route{.path = "/api/v1/connections/{id}",
          .operation = "connection",
          .allow = "GET, PATCH, DELETE",
          .to_change = role::admin,
          .resource = serve_connection},
    route{.path = "/api/v1/connections/{id}/pause", .operation = "pause", .allow = "POST", .resource = serve_pause},
    route{.path = "/api/v1/connections/{id}/resume", .operation = "resume", .allow = "POST", .resource = serve_resume},
    route{.path = "/api/v1/connections/{id}/test", .operation = "test", .allow = "POST", .resource = serve_test},
    route{.path = "/api/v1/connections/{id}/keys",
          .operation = "keys",
          .allow = "GET, POST",
          .to_change = role::admin,
          .resource = serve_keys},
    route{.path = "/api/v1/connections/{id}/keys/*",
          .operation = "key",
          .allow = "GET, DELETE",
          .to_change = role::admin,
          .resource = serve_key},
    route{.path = "/api/v1/connections/{id}/password",
          .operation = "password",
          .allow = "PUT, DELETE",
          .to_change = role::admin,
          .resource = serve_password},
    route{.path = "/api/v1/connections/{id}/host-key",
          .operation = "host-key",
          .allow = "GET, PUT",
          .to_change = role::admin,
          .resource = serve_host_key},
    route{.path = "/api/v1/connections/{id}/files/*",
          .operation = "file",
          .allow = "GET, HEAD, PUT, DELETE",
          .resource = serve_managed_file},
    route{.path = "/api/v1/connections/{id}/folders",
          .operation = "folders",
          .allow = "GET, POST",
          .to_change = role::admin,
          .resource = serve_folders},
    route{.path = "/api/v1/folders/{id}",
          .operation = "folder",
          .allow = "GET, PATCH, DELETE",
          .to_change = role::admin,
          .resource = serve_folder},
    route{.path = "/api/v1/folders/{id}/run", .operation = "run-now", .allow = "POST", .resource = serve_run_now},
    route{.path = "/api/v1/folders/{id}/dry-run", .operation = "dry-run", .allow = "POST", .resource = serve_dry_run},
    route{.path = "/api/v1/runs", .operation = "runs", .allow = "GET", .resource = serve_runs},
    route{.path = "/api/v1/runs/{id}", .operation = "run", .allow = "GET", .resource = serve_run},
    route{.path = "/api/v1/runs/{id}/files", .operation = "run-files", .allow = "GET", .resource = serve_run_files},
    route{.path = "/api/v1/runs/{id}/cancel", .operation = "run-cancel", .allow = "POST", .resource = serve_run_cancel},
    route{.path = "/api/v1/files", .operation = "ledger", .allow = "GET", .resource = serve_ledger},
    route{.path = "/api/v1/files/{id}", .operation = "ledger-file", .allow = "GET", .resource = serve_ledger_file},
    route{.path = "/api/v1/files/{id}/entries",
          .operation = "ledger-entries",
          .allow = "GET",
          .resource = serve_ledger_entries},
    route{.path = "/api/v1/files/{id}/pull-again",
          .operation = "pull-again",
          .allow = "POST",
          .resource = serve_pull_again},
    route{.path = "/api/v1/webhooks",
          .operation = "webhooks",
          .allow = "GET, POST",
          .to_read = role::admin,
          .to_change = role::admin,
          .resource = serve_webhooks},
    route{.path = "/api/v1/webhooks/{id}",
          .operation = "webhook",
          .allow = "GET, PATCH, DELETE",
          .to_read = role::admin,
          .to_change = role::admin,
          .resource = serve_webhook},
    route{.path = "/api/v1/audit", .operation = "audit", .allow = "GET", .resource = serve_audit},
    route{.path = "/api/v1/audit/verify", .operation = "audit-check", .allow = "POST", .resource = serve_audit_check},
    route{.path = "/api/v1/tokens",
          .operation = "tokens",
          .allow = "GET, POST",
          .to_read = role::admin,
          .to_change = role::admin,
          .resource = serve_tokens},
    route{.path = "/api/v1/tokens/{id}",
          .operation = "token",
          .allow = "GET, DELETE",
          .to_read = role::admin,
          .to_change = role::admin,
          .resource = serve_token},
};

constexpr std::string_view id_mark = "{id}";

/// Nothing if `path` is not of this pattern.
std::optional<captures> matched(std::string_view pattern, std::string_view path) noexcept {
    captures found;
    if (const auto mark = pattern.find(id_mark); mark != std::string_view::npos) {
        if (!path.starts_with(pattern.substr(0, mark))) return std::nullopt;
        path.remove_prefix(mark);
        pattern.remove_prefix(mark + id_mark.size());
        found.id = path.substr(0, path.find('/'));
        if (found.id.empty()) return std::nullopt;
        path.remove_prefix(found.id.size());
    }
    if (!pattern.ends_with('*')) return path == pattern ? std::optional{found} : std::nullopt;
    pattern.remove_suffix(1);
    if (!path.starts_with(pattern)) return std::nullopt;
    found.rest = path.substr(pattern.size());
    return found;
}

}  // namespace

std::span<const route> all_routes() noexcept {
    return routes;
}

const route* find_route(std::string_view path) noexcept {
    const auto* const found =
        std::ranges::find_if(routes, [path](const route& each) { return matched(each.path, path).has_value(); });
    return found == routes.end() ? nullptr : found;
}

captures captures_of(const route& to, std::string_view path) noexcept {
    return matched(to.path, path).value_or(captures{});
}

bool allows(const route& to, std::string_view method) noexcept {
    auto rest = to.allow;
    for (;;) {
        const auto comma = rest.find(", ");
        if (rest.substr(0, comma) == method) return true;
        if (comma == std::string_view::npos) return false;
        rest.remove_prefix(comma + 2);
    }
}

role role_for(const route& to, std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" ? to.to_read : to.to_change;
}

}  // namespace gangway::api
