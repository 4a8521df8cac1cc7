#include <gangway/net/file_operations.hpp>
#include <gangway/sftp/errors.hpp>

#include <utility>
#include <vector>

namespace gangway::net {
namespace {

constexpr std::uint32_t permission_bits = 07777;

async_result<void> make_one(sftp_client& client, const model::remote_path& path, std::optional<std::uint32_t> mode) {
    sftp::attributes attrs;
    if (mode) attrs.permissions = *mode & permission_bits;
    auto made = co_await client.perform(sftp::mkdir_request{.path = path.octets(), .attrs = attrs});
    if (made || made.error().code == sftp::errc::no_such_file) co_return made;
    // Servers say FAILURE for a name that is taken, or a code of a later draft.
    if (co_await lstat(client, path)) {
        made.error().code = sftp::errc::already_exists;
        made.error().message += " (it exists already)";
    }
    co_return made;
}

async_result<bool> is_directory(sftp_client& client, const model::remote_path& path) {
    const auto there = co_await stat(client, path);
    co_return there && there->is_directory();
}

/// Makes `path` and every folder above it that is missing, from the deepest that is there.
async_result<void> make_chain(sftp_client& client, model::remote_path path) {
    std::vector<model::remote_path> missing;
    for (auto next = std::move(path);;) {
        const auto made = co_await make_one(client, next, std::nullopt);
        if (made) break;
        if (made.error().code == sftp::errc::already_exists) {
            const auto folder = co_await is_directory(client, next);
            if (folder && *folder) break;
        }
        const auto parent = next.parent();
        if (made.error().code != sftp::errc::no_such_file || parent == next) co_return made;
        missing.push_back(std::exchange(next, parent));
    }
    for (; !missing.empty(); missing.pop_back()) {
        const auto made = co_await make_one(client, missing.back(), std::nullopt);
        // Somebody else may have made it meanwhile.
        if (!made && made.error().code != sftp::errc::already_exists) co_return made;
    }
    co_return base::result<void>{};
}

}  // namespace

async_result<void> make_directory(sftp_client& client, model::remote_path path, mkdir_options options) {
    const auto made =
        options.parents ? co_await make_chain(client, path) : co_await make_one(client, path, options.mode);
    if (!made) co_return made;
    // The server takes its umask off the mode that MKDIR asks for.
    if (options.mode) co_return co_await set_attributes(client, path, {.permissions = *options.mode & permission_bits});
    co_return base::result<void>{};
}

}  // namespace gangway::net
