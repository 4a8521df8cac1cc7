#pragma once
/// This machine's end of a recursive upload: walks a folder and reads its small files on a thread of its own.

#include "descriptor.hpp"
#include "local_tree.hpp"

#include <gangway/net/bell.hpp>
#include <gangway/net/tree_upload.hpp>

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <deque>
#include <dirent.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gangway::cli {

struct local_walk_options {
    bool resume = false;   ///< large files get a name for what is unfinished
    bool measure = false;  ///< for progress: sizes are added up beside the walk
};

/// No link below the root is followed, however the tree is changed by others meanwhile. Links and special files are
/// passed over.
class local_walk final : public net::tree_source {
  public:
    /// Errors: the system's, phase storage; ENOTDIR for a file.
    [[nodiscard]] static base::result<std::unique_ptr<local_walk>> open(std::filesystem::path root,
                                                                        local_walk_options options,
                                                                        local_tree::listeners hearing);
    local_walk(std::filesystem::path name, descriptor root, local_walk_options options, local_tree::listeners hearing);
    ~local_walk() override;
    local_walk(const local_walk&) = delete;
    local_walk& operator=(const local_walk&) = delete;

    [[nodiscard]] net::awaitable<std::optional<net::tree_item>> next() override;
    [[nodiscard]] net::async_result<void> stream(const std::string& name, net::file_writer& to,
                                                 std::uint64_t from) override;
    [[nodiscard]] base::result<void> still_is(const net::tree_item& item) override;
    void unchanged(const std::string& name, std::uint64_t octets) override;
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
    // On the other one.
    void measure(const std::filesystem::path& root);
    // On the strand.
    void ask();
    void moved();
    [[nodiscard]] descriptor open_file(const std::string& name) const;

    descriptor root_;
    local_walk_options options_;
    local_tree::listeners hearing_;
    tree_outcome outcome_{};
    std::uint64_t streamed_ = 0;   ///< octets of files that are still streamed
    std::uint64_t left_out_ = 0;   ///< octets of what the server had already
    std::vector<level> levels_{};  ///< touched by the thread only
    bool begun_ = false;           ///< the same
    std::deque<std::shared_ptr<batch>> coming_{};
    bool ended_ = false;
    std::atomic<std::uint64_t> measured_{0};  ///< octets of all files
    std::atomic<bool> all_measured_{false};
    std::atomic<bool> over_{false};  ///< nobody wants to know any more
    net::asio::thread_pool worker_{1};
    std::optional<net::asio::thread_pool> measuring_{};  ///< goes first
};

}  // namespace gangway::cli
