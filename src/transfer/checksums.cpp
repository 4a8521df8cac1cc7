#include "checksums.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/side_by_side.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/transfer/checksum_file.hpp>
#include <gangway/transfer/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

constexpr std::size_t most_at_once = 32;

class reading {
  public:
    reading(run_scope& run, net::sftp_client& client, const model::remote_path& root, std::vector<wanted_file>& files)
        : run_(run), client_(client), root_(root), files_(files) {}

    net::awaitable<std::vector<written_file>> run() {
        const auto in_turn = [this] { return read_in_turn(); };
        co_await net::side_by_side(std::min(files_.size(), most_at_once), in_turn);
        std::erase_if(files_, [](const wanted_file& file) { return file.expected_sha256.empty(); });
        co_return std::move(failed_);
    }

  private:
    net::awaitable<void> read_in_turn() {
        while (next_ < files_.size() && !run_.over()) {
            auto& file = files_[next_++];
            auto told = co_await read(file);
            if (told) {
                file.expected_sha256 = std::move(*told);
            } else if (!client_.usable()) {
                run_.end(std::move(told.error()));
            } else {
                failed_.push_back({.what = std::move(file), .failure = std::move(told.error())});
            }
        }
    }
    net::async_result<std::string> read(const wanted_file& file) {
        const auto name = run_.order.settings.rules.checksum->of(file.path);
        auto path = root_.child(name);
        if (!path) co_return std::unexpected(std::move(path.error()));
        const auto content = co_await net::read_file(client_, std::move(*path), largest_checksum_file);
        const auto missing = [&](std::string_view why) {
            return base::fail(errc::checksum_missing, base::phase::sftp,
                              base::escape(name) + ", which should tell the SHA-256 of " + base::escape(file.path) +
                                  ", " + std::string{why});
        };
        if (!content && content.error().code == sftp::errc::no_such_file) co_return missing("is not there");
        if (!content) co_return std::unexpected(content.error());
        if (content->truncated) co_return missing("has more than 1 MiB");
        auto told = read_checksum(content->octets, std::string_view{file.path}.substr(file.path.rfind('/') + 1));
        if (!told) co_return missing("does not tell it: " + told.error().message);
        co_return std::move(*told);
    }

    run_scope& run_;
    net::sftp_client& client_;
    const model::remote_path& root_;
    std::vector<wanted_file>& files_;
    std::size_t next_ = 0;  ///< in `files_`
    std::vector<written_file> failed_{};
};

}  // namespace

net::awaitable<std::vector<written_file>> read_checksums(run_scope& run, net::sftp_client& client,
                                                         const model::remote_path& root,
                                                         std::vector<wanted_file>& files) {
    if (!run.order.settings.rules.checksum || files.empty()) co_return std::vector<written_file>{};
    reading going{run, client, root, files};
    co_return co_await going.run();
}

}  // namespace gangway::transfer
