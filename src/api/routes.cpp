#include "routes.hpp"

#include <algorithm>
#include <array>

namespace gangway::api {
namespace {

constexpr std::array routes{
    route{.path = "/healthz", .operation = "health", .allow = "GET", .body_limit = 0, .is_public = true},
    route{.path = "/api/sftp/connect", .operation = "connect", .allow = "GET, POST", .special = connect},
    route{.path = "/api/sftp/list", .operation = "list", .allow = "POST", .decode = decode_list},
    route{.path = "/api/sftp/download", .operation = "download", .allow = "POST", .decode = decode_download},
    route{.path = "/api/sftp/upload",
          .operation = "upload",
          .allow = "POST",
          .body_limit = upload_body_limit,
          .decode = decode_upload},
    route{.path = "/api/sftp/delete", .operation = "delete", .allow = "POST", .decode = decode_delete},
    route{.path = "/api/sftp/mkdir", .operation = "mkdir", .allow = "POST", .decode = decode_mkdir},
    route{.path = "/api/sftp/rename", .operation = "rename", .allow = "POST", .decode = decode_rename},
    route{.path = "/api/sftp/stat", .operation = "stat", .allow = "POST", .decode = decode_stat},
    route{.path = "/api/sftp/rmdir", .operation = "rmdir", .allow = "POST", .decode = decode_rmdir},
    route{.path = "/api/sftp/lstat", .operation = "lstat", .allow = "POST", .decode = decode_lstat},
    route{.path = "/api/sftp/setstat", .operation = "setstat", .allow = "POST", .decode = decode_setstat},
    route{.path = "/api/sftp/symlink", .operation = "symlink", .allow = "POST", .decode = decode_symlink},
    route{.path = "/api/sftp/readlink", .operation = "readlink", .allow = "POST", .decode = decode_readlink},
    route{.path = "/api/sftp/realpath", .operation = "realpath", .allow = "POST", .decode = decode_realpath},
    route{.path = "/api/sftp/statvfs", .operation = "statvfs", .allow = "POST", .decode = decode_statvfs},
    route{.path = "/api/sftp/probe", .operation = "probe", .allow = "POST", .special = probe},
};

}  // namespace

std::span<const route> all_routes() noexcept {
    return routes;
}

const route* find_route(std::string_view path) noexcept {
    const auto* const found = std::ranges::find(routes, path, &route::path);
    return found == routes.end() ? nullptr : found;
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

}  // namespace gangway::api
