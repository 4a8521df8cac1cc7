#include "local_walk.hpp"
#include "transfers.hpp"
#include "tree_report.hpp"

#include <gangway/net/file_operations.hpp>
#include <gangway/net/tree_upload.hpp>

namespace gangway::cli {

net::async_result<std::string> put_tree(net::sftp_client& client, const request& wanted) {
    tree_report report{wanted};
    const auto& line = wanted.line;
    const auto walk =
        local_walk::open(*wanted.local, {.told = [&](const auto& name, const auto& why) { report.told(name, why); },
                                         .moved = [&](const auto& so_far) { report.moved(so_far); }});
    if (!walk) co_return std::unexpected(walk.error());
    if (line.parents) {
        const auto made = co_await net::make_directory(client, wanted.path.parent(), {.parents = true});
        if (!made) co_return std::unexpected(made.error());
    }
    const auto sent = co_await net::upload_tree(client, wanted.path, **walk,
                                                {.replace = !line.no_overwrite, .preserve = line.preserve});
    if (!sent) co_return std::unexpected(sent.error());
    co_return report.end((*walk)->outcome());
}

}  // namespace gangway::cli
