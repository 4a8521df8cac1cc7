#include "operations.hpp"

#include "json_text.hpp"
#include "listing_text.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/tree_remove.hpp>
#include <gangway/sftp/errors.hpp>

#include <string>
#include <utility>

namespace gangway::cli {
namespace {

/// A file is listed as itself, as `ls` does.
net::async_result<std::vector<net::directory_entry>> entries_at(net::sftp_client& client,
                                                                const model::remote_path& path) {
    auto found = co_await net::list_directory(client, path);
    if (found) co_return std::move(found->entries);
    const auto code = found.error().code;
    if (code != sftp::errc::no_such_file && code != sftp::errc::not_a_directory)
        co_return std::unexpected(std::move(found.error()));
    const auto itself = co_await net::lstat(client, path);
    if (!itself || !itself->type_known() || itself->is_directory()) co_return std::unexpected(std::move(found.error()));
    co_return std::vector{net::directory_entry{path.octets(), *itself}};
}

net::async_result<std::string> list(net::sftp_client& client, const request& wanted) {
    auto entries = co_await entries_at(client, wanted.path);
    if (!entries) co_return std::unexpected(std::move(entries.error()));
    const listing_style style{.all = wanted.line.all || wanted.line.json, .long_format = wanted.line.long_format};
    arrange(*entries, style);
    if (wanted.line.json) co_return listing_json(wanted.path.octets(), *entries) + "\n";
    co_return listing_text(*entries, style);
}

net::async_result<std::string> look(net::sftp_client& client, const request& wanted) {
    const auto seen =
        wanted.line.lstat ? co_await net::lstat(client, wanted.path) : co_await net::stat(client, wanted.path);
    if (!seen) co_return std::unexpected(seen.error());
    co_return wanted.line.json ? stat_json(wanted.path.octets(), *seen) + "\n" : stat_text(wanted.path.octets(), *seen);
}

/// What stays is one failure: the first, and how many more there are.
net::async_result<void> remove_all(net::sftp_client& client, const model::remote_path& path) {
    auto removed = co_await net::remove_tree(client, path);
    if (!removed) co_return std::unexpected(std::move(removed.error()));
    if (removed->failures == 0) co_return base::result<void>{};
    auto& [where, why] = removed->failed.front();
    why.message = base::escape(where) + ": " + why.message;
    if (removed->failures > 1) why.message += " (and " + std::to_string(removed->failures - 1) + " more)";
    co_return std::unexpected(std::move(why));
}

net::async_result<void> change(net::sftp_client& client, const request& wanted) {
    switch (wanted.line.what) {
        case verb::rm:
            co_return wanted.line.recursive ? co_await remove_all(client, wanted.path)
                                            : co_await net::remove_file(client, wanted.path);
        case verb::rmdir:
            co_return co_await net::remove_directory(client, wanted.path);
        case verb::mkdir:
            co_return co_await net::make_directory(client, wanted.path,
                                                   {.mode = wanted.mode, .parents = wanted.line.parents});
        default:
            co_return co_await net::rename(client, wanted.path, *wanted.target, wanted.line.force);
    }
}

}  // namespace

net::async_result<std::string> operate(net::sftp_client& client, const request& wanted) {
    if (wanted.line.what == verb::ls) co_return co_await list(client, wanted);
    if (wanted.line.what == verb::stat) co_return co_await look(client, wanted);
    const auto changed = co_await change(client, wanted);
    if (!changed) co_return std::unexpected(changed.error());
    if (!wanted.line.json) co_return std::string{};
    if (wanted.target)
        co_return success_json({{"oldPath", wanted.path.octets()}, {"newPath", wanted.target->octets()}}) + "\n";
    co_return success_json({{"path", wanted.path.octets()}}) + "\n";
}

}  // namespace gangway::cli
