#pragma once
/// The files of a tree that are too large to be held in memory: streamed, several at once.

#include <gangway/net/tree_upload.hpp>

#include <cstdint>
#include <deque>
#include <optional>

namespace gangway::net {

class large_uploads {
  public:
    /// All of them outlive this.
    large_uploads(sftp_client& client, const model::remote_path& root, tree_source& source,
                  const tree_upload_options& options)
        : client_(client), root_(root), source_(source), options_(options) {}

    void add(tree_item item) { items_.push_back(std::move(item)); }
    /// Streams all of them. What fails is told to the source; returned is what ends everything.
    [[nodiscard]] async_result<void> run();

  private:
    awaitable<void> take_in_turn();
    awaitable<void> several(std::size_t count);
    /// Nothing where the server had it already.
    async_result<std::optional<std::uint64_t>> stream(const tree_item& item);
    async_result<std::uint64_t> write(const tree_item& item, const model::remote_path& path, writer_options how);
    async_result<std::uint64_t> go_on(const tree_item& item, const model::remote_path& path, writer_options how);

    sftp_client& client_;
    const model::remote_path& root_;
    tree_source& source_;
    const tree_upload_options& options_;
    std::deque<tree_item> items_{};
    std::optional<base::error> fatal_{};  ///< why nothing more can be sent
};

/// The path of `name`, which is relative to `root` or empty.
[[nodiscard]] std::string path_beneath(const model::remote_path& root, const std::string& name);

/// Is what is there the file `item`, as far as size and time tell?
[[nodiscard]] bool is_same(const sftp::attributes& there, const tree_item& item, std::uint64_t size);

/// Something is at the path that must stay.
[[nodiscard]] base::error in_the_way(std::string_view what);

}  // namespace gangway::net
