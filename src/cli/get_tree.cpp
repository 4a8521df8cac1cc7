#include "local_ends.hpp"
#include "local_tree.hpp"
#include "transfers.hpp"
#include "tree_report.hpp"

#include <gangway/net/tree_download.hpp>

namespace gangway::cli {

net::async_result<std::string> get_tree(net::sftp_client& client, const request& wanted) {
    tree_report report{wanted};
    const auto& line = wanted.line;
    const auto tree = local_tree::open(
        *wanted.local,
        {.replace = !line.no_overwrite, .preserve = line.preserve, .sync = line.sync, .resume = line.resume},
        {.told = [&](const auto& name, const auto& why) { report.told(name, why); },
         .moved = [&](const auto& so_far) { report.moved(so_far); }});
    if (!tree) co_return std::unexpected(tree.error());
    net::tree_limits limits;
    if (line.parallel != 0) limits.large_at_once = line.parallel;
    auto fetched = co_await net::download_tree(client, wanted.path, **tree, limits);
    const auto outcome = co_await (*tree)->finish();
    if (!fetched && line.resume && !client.usable()) say_what_is_kept(fetched.error());
    if (!fetched) co_return std::unexpected(fetched.error());
    co_return report.end(outcome);
}

}  // namespace gangway::cli
