#include "local_ends.hpp"
#include "local_walk.hpp"
#include "transfers.hpp"
#include "tree_report.hpp"

#include <gangway/net/file_operations.hpp>
#include <gangway/net/tree_upload.hpp>

#include <utility>

namespace gangway::cli {

net::async_result<std::string> put_tree(net::sftp_connection& connection, const request& wanted) {
    auto& client = *connection.client;
    tree_report report{wanted};
    const auto& line = wanted.line;
    const auto walk = local_walk::open(*wanted.local, {.resume = line.resume, .measure = report.shows_progress()},
                                       {.told = [&](const auto& name, const auto& why) { report.told(name, why); },
                                        .moved = [&](const auto& so_far) { report.moved(so_far); }});
    if (!walk) co_return std::unexpected(walk.error());
    if (line.parents) {
        const auto made = co_await net::make_directory(client, wanted.path.parent(), {.parents = true});
        if (!made) co_return std::unexpected(made.error());
    }
    net::tree_upload_options how{.replace = !line.no_overwrite,
                                 .preserve = line.preserve,
                                 .sync = line.sync,
                                 .atomic = line.atomic,
                                 .resume = line.resume};
    if (line.parallel != 0) how.large_at_once = line.parallel;
    how.more = net::channels_of(connection, wanted.limits.operation);
    auto sent = co_await net::upload_tree(client, wanted.path, **walk, std::move(how));
    if (!sent && line.resume && !client.usable()) say_what_is_kept(sent.error());
    if (!sent) co_return std::unexpected(sent.error());
    co_return report.end((*walk)->outcome());
}

}  // namespace gangway::cli
