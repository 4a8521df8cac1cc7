#include "typed_call.hpp"

#include <gangway/net/file_operations.hpp>
#include <gangway/sftp/errors.hpp>

#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// A refusal that says what it does not know; STAT may.
bool is_vague(const base::error& failure) {
    return failure.code == sftp::errc::failure || failure.code == sftp::errc::other_status ||
           failure.code == sftp::errc::permission_denied;
}

base::error as(base::error failure, sftp::errc code, std::string_view hint) {
    failure.code = code;
    failure.message += hint;
    return failure;
}

async_result<bool> has_entries(sftp_client& client, const model::remote_path& path) {
    const auto found = co_await list_directory(client, path, {.entries = 0});
    if (found) co_return found->dropped != 0;
    co_return true;
}

}  // namespace

async_result<sftp::attributes> stat(sftp_client& client, model::remote_path path) {
    co_return co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
}

async_result<sftp::attributes> lstat(sftp_client& client, model::remote_path path) {
    co_return co_await attributes_call(client, sftp::lstat_request{.path = path.octets()});
}

async_result<void> remove_file(sftp_client& client, model::remote_path path) {
    auto removed = co_await client.perform(sftp::remove_request{.path = path.octets()});
    if (removed || !is_vague(removed.error())) co_return removed;
    const auto there = co_await lstat(client, path);
    if (there && there->is_directory())
        co_return std::unexpected(as(removed.error(), sftp::errc::is_a_directory, " (it is a folder: use rmdir)"));
    co_return removed;
}

async_result<void> remove_directory(sftp_client& client, model::remote_path path) {
    const auto there = co_await lstat(client, path);
    if (there && there->type_known() && !there->is_directory())
        co_return base::fail(sftp::errc::not_a_directory, base::phase::sftp,
                             "RMDIR was not sent: the path is not a folder (use delete)");
    auto removed = co_await client.perform(sftp::rmdir_request{.path = path.octets()});
    if (removed || !is_vague(removed.error()) || !there) co_return removed;
    const auto filled = co_await has_entries(client, path);
    if (filled && *filled)
        co_return std::unexpected(as(removed.error(), sftp::errc::not_empty, " (the folder is not empty)"));
    co_return removed;
}

async_result<void> rename(sftp_client& client, model::remote_path from, model::remote_path to, bool overwrite) {
    if (overwrite && client.features().posix_rename)
        co_return co_await client.perform(
            sftp::posix_rename_request{.old_path = from.octets(), .new_path = to.octets()});
    if (!overwrite) {
        // Some servers replace the target, so it is looked at before; a missing source is the server's to report.
        const auto target = co_await lstat(client, to);
        if (target && co_await lstat(client, from))
            co_return base::fail(
                sftp::errc::already_exists, base::phase::sftp,
                "RENAME failed: FAILURE — the target exists already (ask for overwrite to replace it)");
    }
    auto renamed = co_await client.perform(sftp::rename_request{.old_path = from.octets(), .new_path = to.octets()});
    if (renamed || !is_vague(renamed.error())) co_return renamed;
    if (co_await lstat(client, to))
        co_return std::unexpected(
            as(renamed.error(), sftp::errc::already_exists,
               overwrite ? " (the target exists, and this server cannot replace it)" : " (the target exists already)"));
    co_return renamed;
}

async_result<void> set_attributes(sftp_client& client, model::remote_path path, sftp::attributes wanted) {
    co_return co_await client.perform(sftp::setstat_request{.path = path.octets(), .attrs = wanted});
}

async_result<void> make_symlink(sftp_client& client, std::string target, model::remote_path link) {
    co_return co_await client.perform(sftp::symlink_request{.target = target, .link_path = link.octets()});
}

async_result<std::string> read_link(sftp_client& client, model::remote_path path) {
    co_return co_await typed_call(client, sftp::readlink_request{.path = path.octets()},
                                  [](const sftp::path_reply& reply) { return std::string{reply.path}; });
}

async_result<std::string> real_path(sftp_client& client, model::remote_path path) {
    co_return co_await typed_call(client, sftp::realpath_request{.path = path.octets()},
                                  [](const sftp::path_reply& reply) { return std::string{reply.path}; });
}

async_result<sftp::statvfs_reply> file_system(sftp_client& client, model::remote_path path) {
    co_return co_await typed_call(client, sftp::statvfs_request{.path = path.octets()},
                                  [](const sftp::statvfs_reply& reply) { return reply; });
}

}  // namespace gangway::net
