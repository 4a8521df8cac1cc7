#pragma once
/// The planned files of a run, over one session.

#include "landing.hpp"

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <deque>
#include <string>
#include <vector>

namespace gangway::transfer {

/// Claims, fetches and lands files in groups, in the order given. Runs on the client's strand.
class folder_pull {
  public:
    folder_pull(run_scope& run, net::sftp_client& client, model::remote_path root);

    /// Ends when all is done, the run is over, or its time is up; whatever was claimed and is not recorded is given
    /// back. Cancelling ends it soon, and is not passed on: `run_scope::cancelled` tells.
    [[nodiscard]] net::awaitable<void> pull(std::vector<wanted_file> files);

  private:
    [[nodiscard]] net::awaitable<void> pull_groups(std::vector<wanted_file> files);
    [[nodiscard]] net::awaitable<std::vector<wanted_file>> claim(std::vector<wanted_file> group);
    [[nodiscard]] net::awaitable<void> pull_small(std::vector<wanted_file> files);
    [[nodiscard]] net::awaitable<void> pull_large_in_turn();
    [[nodiscard]] net::awaitable<void> pull_large(wanted_file what);
    [[nodiscard]] net::async_result<void> stream(written_file& file);
    [[nodiscard]] net::async_result<void> stream_archive(written_file& file);
    [[nodiscard]] net::awaitable<void> remember_published(std::vector<wanted_file>& archives);
    [[nodiscard]] net::awaitable<void> give_back();

    run_scope& run_;
    net::sftp_client& client_;
    model::remote_path root_;
    landing landing_;
    std::deque<wanted_file> large_{};  ///< of the group, not yet begun
};

}  // namespace gangway::transfer
