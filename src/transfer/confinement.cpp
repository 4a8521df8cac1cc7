#include "confinement.hpp"

#include <gangway/remote/errors.hpp>
#include <gangway/remote/path_root.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace gangway::transfer {
namespace {

/// Files that are asked about together.
constexpr std::size_t group_size = 256;

class confining {
  public:
    confining(run_scope& run, net::sftp_client& client, const model::remote_path& root)
        : run_(run), client_(client), root_(root) {}

    net::awaitable<std::vector<written_file>> run(std::vector<wanted_file>& files) {
        std::vector<wanted_file> inside;
        for (std::size_t at = 0; at < files.size() && !run_.over(); at += group_size) {
            const auto group = std::span{files}.subspan(at, std::min(group_size, files.size() - at));
            const auto all = co_await check(group);
            // One of them: which, is only asked then.
            for (auto& file : group) {
                const auto own = all ? all : co_await check({&file, 1});
                if (run_.over()) break;
                if (own)
                    inside.push_back(std::move(file));
                else
                    strays_.push_back({.what = std::move(file), .failure = own.error()});
            }
        }
        files = std::move(inside);
        co_return std::move(strays_);
    }

  private:
    net::async_result<void> check(std::span<wanted_file> group) {
        std::vector<model::remote_path> paths;
        const auto& checksum = run_.order.settings.rules.checksum;
        for (const auto& file : group) {
            auto path = root_.child(file.path);
            if (!path) co_return std::unexpected(std::move(path.error()));
            paths.push_back(std::move(*path));
            if (!checksum) continue;
            auto beside = root_.child(checksum->of(file.path));
            if (!beside) co_return std::unexpected(std::move(beside.error()));
            paths.push_back(std::move(*beside));
        }
        auto found = co_await remote::check_beneath(client_, run_.order.connection.path_root, paths);
        if (!found && !client_.usable()) run_.end(found.error());
        co_return found;
    }

    run_scope& run_;
    net::sftp_client& client_;
    const model::remote_path& root_;
    std::vector<written_file> strays_{};
};

}  // namespace

net::awaitable<std::vector<written_file>> take_out_strays(run_scope& run, net::sftp_client& client,
                                                          const model::remote_path& root,
                                                          std::vector<wanted_file>& files) {
    if (run.order.connection.path_root.empty() || files.empty()) co_return std::vector<written_file>{};
    confining going{run, client, root};
    co_return co_await going.run(files);
}

}  // namespace gangway::transfer
