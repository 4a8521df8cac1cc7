#include "remote_listing.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/directory_reader.hpp>
#include <gangway/net/side_by_side.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/transfer/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

/// Folders listed at once, and questions about single entries in flight.
constexpr std::size_t most_at_once = 8;
constexpr std::size_t most_questions = 256;

std::size_t depth_of(std::string_view pattern) {
    if (pattern.contains("**")) return walk_rules::deepest;
    return std::min(static_cast<std::size_t>(std::ranges::count(pattern, '/')), walk_rules::deepest);
}

file_kind kind_of(const sftp::attributes& about) {
    if (!about.type_known()) return file_kind::unknown;
    if (about.is_directory()) return file_kind::folder;
    if (about.is_symlink()) return file_kind::symlink;
    return about.is_regular() ? file_kind::regular : file_kind::other;
}

class walk {
  public:
    walk(net::sftp_client& client, const model::remote_path& root, const walk_rules& rules,
         std::atomic<std::uint64_t>& seen)
        : client_(client), root_(root), rules_(rules), seen_(seen) {}

    net::async_result<remote_listing> run() {
        level_ = {""};
        for (std::size_t depth = 0; !level_.empty() && depth <= rules_.depth && !fatal_; ++depth) {
            next_ = 0;
            below_.clear();
            const auto in_turn = [this] { return list_in_turn(); };
            co_await net::side_by_side(std::min(level_.size(), most_at_once), in_turn);
            co_await ask_about_unclear();
            if (depth < rules_.depth) collect_folders();
            level_ = std::move(below_);
        }
        if (fatal_) co_return std::unexpected(std::move(*fatal_));
        co_return std::move(found_);
    }

  private:
    net::awaitable<void> list_in_turn() {
        while (next_ < level_.size() && !fatal_) {
            const auto folder = level_[next_++];
            auto listed = co_await list(folder);
            if (listed) continue;
            // People have many folders, and the server does not say which one it means.
            if (listed.error().code.category() == sftp::error_category()) {
                auto where = base::escape(root_.octets() + (folder.empty() ? "" : "/") + folder);
                listed.error().message.insert(0, where + ": ");
            }
            if (folder.empty() || !client_.usable() || listed.error().code == errc::listing_too_big) {
                if (!fatal_) fatal_ = listed.error();
            } else {
                if (!found_.first) found_.first = listed.error();
                found_.unread.push_back(folder);
            }
        }
    }
    net::async_result<void> list(const std::string& folder) {
        auto path = folder.empty() ? base::result<model::remote_path>{root_} : root_.child(folder);
        if (!path) co_return std::unexpected(std::move(path.error()));
        const auto reader = co_await net::directory_reader::open(client_, *std::move(path));
        if (!reader) co_return std::unexpected(reader.error());
        for (;;) {
            const auto batch = co_await (*reader)->read();
            if (!batch) co_return std::unexpected(batch.error());
            if (batch->empty()) break;
            if (found_.files.size() + batch->size() > walk_rules::most_entries)
                co_return base::fail(errc::listing_too_big, base::phase::sftp,
                                     "the folder has more than 1,000,000 entries; narrow the patterns or move files");
            for (const auto& entry : *batch)
                take(folder, entry);
            seen_.fetch_add(batch->size(), std::memory_order_relaxed);
        }
        found_.dropped += (*reader)->dropped();
        co_return base::result<void>{};
    }
    void take(const std::string& folder, const net::directory_reader::entry& entry) {
        auto& path = found_.paths.emplace_back(folder);
        if (!path.empty()) path += '/';
        path += entry.name;
        const auto& about = entry.attributes;
        const auto kind = kind_of(about);
        if (kind == file_kind::unknown || (kind == file_kind::regular && !about.size))
            unclear_.push_back(found_.files.size());
        found_.files.push_back({.path = path, .kind = kind, .size = about.size, .mtime = about.mtime});
    }

    /// LSTAT of what the listing left open; what is not there any more stays as it is, without a size.
    net::awaitable<void> ask_about_unclear() {
        net::call_pipeline calls{client_};
        std::size_t asked = 0;
        while (!fatal_ && (asked < unclear_.size() || calls.outstanding() > 0)) {
            while (asked < unclear_.size() && calls.outstanding() < most_questions) {
                const auto path = root_.child(found_.files[unclear_[asked]].path);
                const auto tag = unclear_[asked++];
                if (path) static_cast<void>(calls.start(sftp::lstat_request{.path = path->octets()}, tag));
            }
            if (calls.outstanding() == 0) break;
            const auto ended = co_await calls.next();
            if (!ended.answer) {
                fatal_ = ended.answer.error();
                break;
            }
            if (const auto there = ended.answer->as<sftp::attrs_reply>()) {
                auto& file = found_.files[static_cast<std::size_t>(ended.tag)];
                file = {.path = file.path,
                        .kind = kind_of(there->attrs),
                        .size = there->attrs.size,
                        .mtime = there->attrs.mtime};
            }
        }
        unclear_.clear();
    }
    void collect_folders() {
        for (; collected_ < found_.files.size(); ++collected_) {
            const auto& file = found_.files[collected_];
            if (file.kind == file_kind::folder && file.path != rules_.passed_by) below_.emplace_back(file.path);
        }
    }

    net::sftp_client& client_;
    const model::remote_path& root_;
    const walk_rules& rules_;
    std::atomic<std::uint64_t>& seen_;
    remote_listing found_{};
    std::vector<std::string> level_{}, below_{};  ///< folders of this depth, and of the next
    std::size_t next_ = 0;                        ///< in `level_`
    std::size_t collected_ = 0;                   ///< files looked through for folders
    std::vector<std::size_t> unclear_{};          ///< entries without a type or size
    std::optional<base::error> fatal_{};
};

}  // namespace

walk_rules walk_rules::of(const model::pull_rules& rules) {
    walk_rules made;
    for (const auto& pattern : rules.filter.include)
        made.depth = std::max(made.depth, depth_of(pattern.text()));
    if (const auto* move = std::get_if<model::move_source>(&rules.after)) {
        const auto folder = move->folder.substr(0, move->folder.find('/'));
        if (!folder.contains('{')) made.passed_by = folder;
    }
    return made;
}

bool remote_listing::covers(std::string_view path) const {
    return std::ranges::none_of(unread, [&](const std::string& folder) {
        return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
    });
}

net::async_result<remote_listing> list_remote(net::sftp_client& client, model::remote_path root, walk_rules rules,
                                              std::atomic<std::uint64_t>& seen) {
    walk going{client, root, rules, seen};
    co_return co_await going.run();
}

}  // namespace gangway::transfer
