#pragma once
/// This machine's end of a recursive download: a folder that nothing a server says can lead out of.

#include "descriptor.hpp"

#include <gangway/net/bell.hpp>
#include <gangway/net/tree_download.hpp>

#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gangway::cli {

struct local_tree_options {
    bool replace = true;    ///< existing files
    bool preserve = false;  ///< permissions and times as on the server
    bool sync = false;      ///< each file to stable storage before its name appears
    /// Files that are here with the size and time they have on the server are left out; streamed files are gone on with
    /// where an earlier transfer stopped, and stay unfinished where this one stops. Files get their times for that.
    bool resume = false;
};

/// What came of a recursive transfer so far.
struct tree_outcome {
    std::uint64_t files = 0;
    std::uint64_t octets = 0;
    std::uint64_t passed_over = 0;            ///< links and devices
    std::uint64_t unchanged = 0;              ///< files that the other side has already
    std::optional<std::uint64_t> expected{};  ///< octets in the end, once that is known
    std::vector<std::pair<std::string, base::error>> failures{};
};

/// Makes files and folders under a root. Files are made on a thread of its own, many at a time, each under a temporary
/// name first, so it appears whole or not at all. Every path is resolved beneath the root without following any link,
/// however the tree is changed by others meanwhile. Control characters in names are refused. The octets of set-id and
/// sticky bits are never taken over.
class local_tree final : public net::tree_receiver {
  public:
    /// `told` hears of every failure and `moved` of every file, on the strand.
    struct listeners {
        std::function<void(const std::string& name, const base::error& why)> told;
        std::function<void(const tree_outcome& so_far)> moved;
    };

    /// Opens the root, and makes it where it is missing. Errors: the system's, phase storage.
    [[nodiscard]] static base::result<std::unique_ptr<local_tree>> open(std::filesystem::path root,
                                                                        local_tree_options options, listeners hearing);
    local_tree(std::filesystem::path root, descriptor folder, local_tree_options options, listeners hearing);
    ~local_tree() override;
    local_tree(const local_tree&) = delete;
    local_tree& operator=(const local_tree&) = delete;

    [[nodiscard]] bool folder(const std::string& name, const sftp::attributes& attributes) override;
    [[nodiscard]] bool wants(const std::string& name, const sftp::attributes& attributes) override;
    void all_listed() override;
    [[nodiscard]] std::uint64_t already(const std::string& name, const sftp::attributes& attributes) override;
    [[nodiscard]] net::awaitable<void> file(std::string name, sftp::attributes attributes,
                                            net::whole_content content) override;
    [[nodiscard]] net::async_result<void> stream(std::string name, net::file_reader& content) override;
    void passed_over(const std::string& name, const sftp::attributes& attributes) override;
    void failed(const std::string& name, base::error why) override;

    /// Awaits all that is being made, then gives the folders their times. Call once, at the end.
    [[nodiscard]] net::awaitable<tree_outcome> finish();

  private:
    struct arrival {
        std::string name;
        sftp::attributes attributes;
        net::whole_content content;
    };
    /// Files made by one job of the thread. Shared by the job and the strand.
    struct batch {
        std::vector<arrival> files{};
        std::uint64_t octets = 0;
        std::vector<std::pair<std::string, base::error>> failures{};
        std::shared_ptr<net::bell> done = std::make_shared<net::bell>();
    };
    void submit();
    net::awaitable<void> collect();
    [[nodiscard]] std::optional<std::string> unfinished_name(const std::string& name,
                                                             const sftp::attributes& attributes) const;
    net::async_result<void> write_all(const std::string& name, net::file_reader& content);

    std::filesystem::path root_;
    descriptor folder_;
    local_tree_options options_;
    listeners hearing_;
    tree_outcome outcome_{};
    std::vector<std::pair<std::string, sftp::attributes>> folders_{};  ///< whose times are set at the end
    std::uint64_t listed_ = 0;                                         ///< octets of the files that are wanted
    std::map<std::string, std::uint64_t> begun_{};                     ///< octets after which a file is gone on with
    std::shared_ptr<batch> filling_ = std::make_shared<batch>();
    std::deque<std::shared_ptr<batch>> making_{};
    std::uint64_t octets_ = 0;          ///< of all batches
    net::asio::thread_pool worker_{1};  ///< goes first
};

}  // namespace gangway::cli
