#pragma once
/// This machine's end of a recursive upload: walks a folder and reads its small files on a thread of its own.

#include "descriptor.hpp"
#include "local_tree.hpp"

#include <gangway/net/bell.hpp>
#include <gangway/net/tree_upload.hpp>

#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <dirent.h>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gangway::cli {

/// No link below the root is followed, however the tree is changed by others meanwhile. Links and special files are
/// passed over.
class local_walk final : public net::tree_source {
  public:
    /// Errors: the system's, phase storage; ENOTDIR for a file.
    [[nodiscard]] static base::result<std::unique_ptr<local_walk>> open(const std::filesystem::path& root,
                                                                        local_tree::listeners hearing);
    local_walk(descriptor root, local_tree::listeners hearing);
    ~local_walk() override;
    local_walk(const local_walk&) = delete;
    local_walk& operator=(const local_walk&) = delete;

    [[nodiscard]] net::awaitable<std::optional<net::tree_item>> next() override;
    [[nodiscard]] net::async_result<void> stream(const std::string& name, net::file_writer& to) override;
    void done(const std::string& name, std::uint64_t octets) override;
    void failed(const std::string& name, base::error why) override;

    [[nodiscard]] const tree_outcome& outcome() const noexcept { return outcome_; }

  private:
    struct close_folder {
        void operator()(DIR* folder) const noexcept { ::closedir(folder); }
    };
    struct level {
        std::string name;
        std::unique_ptr<DIR, close_folder> folder;
    };
    /// What one job of the thread found. Shared by the job and the strand.
    struct batch {
        std::deque<net::tree_item> items{};
        std::uint64_t octets = 0;
        std::uint64_t passed_over = 0;
        std::vector<std::pair<std::string, base::error>> failures{};
        bool last = false;
        std::shared_ptr<net::bell> done = std::make_shared<net::bell>();
    };
    // On the thread.
    void fill(batch& found);
    void visit(batch& found, int folder, const std::string& above, const char* entry);
    void enter(batch& found, descriptor folder, std::string name);
    // On the strand.
    void ask();

    descriptor root_;
    local_tree::listeners hearing_;
    tree_outcome outcome_{};
    std::uint64_t streamed_ = 0;   ///< octets of files that are still streamed
    std::vector<level> levels_{};  ///< touched by the thread only
    bool begun_ = false;           ///< the same
    std::deque<std::shared_ptr<batch>> coming_{};
    bool ended_ = false;
    net::asio::thread_pool worker_{1};  ///< goes first
};

}  // namespace gangway::cli
