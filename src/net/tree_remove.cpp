#include "slots.hpp"
#include "typed_call.hpp"

#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/tree_remove.hpp>
#include <gangway/sftp/errors.hpp>

#include <optional>
#include <set>
#include <utility>

namespace gangway::net {
namespace {

/// A folder may have so many names known whatever waits elsewhere, so that each listing gets on.
constexpr std::size_t least_names = 100;
/// A folder in which so much cannot be removed is not listed again for the rest.
constexpr std::size_t most_kept = 1000;
constexpr std::size_t readdirs_in_flight = 4;
constexpr std::uint32_t nowhere = UINT32_MAX;

enum class step : std::uint8_t { look, remove, opendir, readdir, rmdir };

using label = call_label<step>;

/// Something in a folder.
struct entry {
    std::string name;
    std::uint32_t folder = nowhere;  ///< whose it is
    bool may_be_folder = true;       ///< LSTAT will tell
};

struct folder {
    std::string path{};
    std::string name{};  ///< in its parent
    std::uint32_t parent = nowhere;
    std::size_t depth = 1;
    std::string handle{};
    std::size_t reading = 0;  ///< READDIRs in flight
    std::size_t inside = 0;   ///< entries whose end is not known
    std::size_t listed = 0;   ///< entries found in this round
    std::size_t rounds = 0;
    bool open = false;
    bool ended = false;                         ///< nothing more is asked for in this round
    bool partly = false;                        ///< there is more than this round took
    std::set<std::string, std::less<>> kept{};  ///< what stays in it
    std::optional<base::error> unread{};        ///< why this round did not see everything
    std::optional<base::error> refusal{};       ///< of the last RMDIR
};

bool is_gone(const base::error& failure) {
    return failure.code == sftp::errc::no_such_file;
}

/// RMDIR of a folder that is not empty, in the words of several servers.
bool may_be_filled(const base::error& failure) {
    return failure.code == sftp::errc::failure || failure.code == sftp::errc::not_empty ||
           failure.code == sftp::errc::other_status;
}

std::string without_trailing_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

class removal {
  public:
    removal(sftp_client& client, removal_limits limits) : client_(client), limits_(limits), calls_(client) {}
    removal(const removal&) = delete;
    removal& operator=(const removal&) = delete;
    ~removal() {
        for (const auto& handle : handles_)
            client_.send_and_forget(sftp::close_request{.handle = handle});
    }

    async_result<tree_removal> run(std::string root) {
        unopened_.push_back(folders_.add({.path = std::move(root)}));
        for (fill(); calls_.outstanding() > 0; fill()) {
            auto ended = co_await calls_.next();
            if (!ended.answer) co_return std::unexpected(ended.answer.error());
            arrived(label::of(ended.tag), *ended.answer);
            client_.recycle(std::move(*ended.answer));
        }
        co_return std::move(done_);
    }

  private:
    [[nodiscard]] std::string path_of(const entry& of) { return folders_[of.folder].path + "/" + of.name; }
    base::result<void> start(const auto& request, label of) { return calls_.start(request, of.tag()); }
    void note(std::string path, base::error why) {
        if (++done_.failures <= limits_.told) done_.failed.push_back({std::move(path), std::move(why)});
    }

    [[nodiscard]] bool stopped() const noexcept { return names_seen_ > limits_.entries; }
    static base::error too_many() {
        return {errc::listing_too_large, base::phase::sftp,
                "READDIR was stopped: the tree has more entries than can be removed"};
    }

    /// What is known is removed before more is listed, and the last folder is opened first: that keeps little waiting.
    void fill() {
        while (!waiting_.empty() && calls_.outstanding() < limits_.in_flight) {
            auto next = std::move(waiting_.back());
            waiting_.pop_back();
            if (next.may_be_folder)
                look(std::move(next));
            else
                remove(std::move(next));
        }
        while (!unopened_.empty() && handles_in_use_ < limits_.listings && calls_.outstanding() < limits_.in_flight) {
            const auto slot = unopened_.back();
            unopened_.pop_back();
            open(slot);
        }
    }

    void look(entry what) {
        const auto path = path_of(what);
        const auto slot = entries_.add(std::move(what));
        const auto started = start(sftp::lstat_request{.path = path}, {step::look, slot});
        if (!started) keep(entries_.take(slot), started.error());
    }
    void remove(entry what) {
        const auto path = path_of(what);
        const auto slot = entries_.add(std::move(what));
        const auto started = start(sftp::remove_request{.path = path}, {step::remove, slot});
        if (!started) keep(entries_.take(slot), started.error());
    }
    void open(std::uint32_t slot) {
        auto& self = folders_[slot];
        ++self.rounds;
        self.listed = 0;
        self.ended = self.partly = false;
        self.unread.reset();
        if (stopped()) return unlisted(slot, too_many());
        const auto started = start(sftp::opendir_request{.path = self.path}, {step::opendir, slot});
        if (!started) return unlisted(slot, started.error());
        ++handles_in_use_;
    }

    void arrived(label of, const sftp::reply& answer) {
        switch (of.what) {
            case step::look:
                return looked(entries_.take(of.slot), answer);
            case step::remove:
                return removed(entries_.take(of.slot), answer);
            case step::opendir:
                return opened(of.slot, answer);
            case step::readdir:
                return names_arrived(of.slot, answer);
            case step::rmdir:
                return folder_removed(of.slot, answer);
        }
    }

    void looked(entry what, const sftp::reply& answer) {
        const auto there = answer.as<sftp::attrs_reply>();
        if (!there) {
            if (is_gone(there.error())) return settle(what);
            return keep(std::move(what), there.error());
        }
        if (!there->attrs.is_directory()) {
            what.may_be_folder = false;
            return waiting_.push_back(std::move(what));
        }
        const auto depth = folders_[what.folder].depth + 1;
        if (depth > limits_.depth)
            return keep(std::move(what), {errc::listing_too_large, base::phase::sftp,
                                          "the folder was not opened: it lies too deep to be removed"});
        auto path = path_of(what);
        unopened_.push_back(folders_.add(
            {.path = std::move(path), .name = std::move(what.name), .parent = what.folder, .depth = depth}));
    }
    void removed(entry what, const sftp::reply& answer) {
        const auto outcome = answer.succeeded();
        if (!outcome && !is_gone(outcome.error())) return keep(std::move(what), outcome.error());
        if (outcome) ++done_.files;
        settle(what);
    }

    void opened(std::uint32_t slot, const sftp::reply& answer) {
        const auto handle = answer.as<sftp::handle_reply>();
        if (!handle) {
            --handles_in_use_;
            return unlisted(slot, handle.error());
        }
        auto& self = folders_[slot];
        self.handle = handle->handle;
        self.open = true;
        handles_.insert(self.handle);
        read_names(slot);
    }
    void read_names(std::uint32_t slot) {
        auto& self = folders_[slot];
        while (!self.ended && self.reading < readdirs_in_flight) {
            const auto started = start(sftp::readdir_request{.handle = self.handle}, {step::readdir, slot});
            if (!started) {
                self.ended = true;
                self.unread = started.error();
                break;
            }
            ++self.reading;
        }
        go_on(slot);
    }
    void names_arrived(std::uint32_t slot, const sftp::reply& answer) {
        auto& self = folders_[slot];
        --self.reading;
        const auto batch = answer.as<sftp::name_reply>();
        if (!batch && batch.error().code != sftp::errc::end_of_file && !self.ended) self.unread = batch.error();
        // An empty batch is how some servers say that there is no more.
        if (!batch || batch->count == 0) self.ended = true;
        if (batch)
            for (const auto& found : batch->entries)
                take(slot, found);
        read_names(slot);
    }
    void take(std::uint32_t slot, const sftp::name_entry& found) {
        auto& self = folders_[slot];
        ++names_seen_;
        if (stopped()) {
            self.ended = true;
            self.unread = too_many();
            return;
        }
        if (found.name == "." || found.name == ".." || self.kept.contains(found.name)) return;
        if (self.listed >= least_names && (unsettled_ >= limits_.waiting || octets_ >= limits_.waiting_octets)) {
            self.ended = self.partly = true;
            return;
        }
        ++self.listed;
        ++self.inside;
        ++unsettled_;
        octets_ += found.name.size();
        entry what{.name = std::string{found.name},
                   .folder = slot,
                   .may_be_folder = found.attrs.is_directory() || !found.attrs.type_known()};
        if (model::is_entry_name(found.name))
            waiting_.push_back(std::move(what));
        else
            keep_unnameable(what);
    }
    /// Not `keep`, which could end the folder while its names are taken.
    void keep_unnameable(const entry& what) {
        note(path_of(what), {sftp::errc::bad_message, base::phase::sftp, "no entry can have such a name"});
        stays(what);
        forget(what.name);
        --folders_[what.folder].inside;
    }

    /// An empty folder may well be removed by who must not list it.
    void unlisted(std::uint32_t slot, base::error why) {
        auto& self = folders_[slot];
        self.ended = true;
        if (is_gone(why)) return leave(slot, true);
        self.unread = std::move(why);
        go_on(slot);
    }

    /// Takes the next step with a folder, if nothing in it or about it is under way.
    void go_on(std::uint32_t slot) {
        auto& self = folders_[slot];
        if (!self.ended || self.reading > 0) return;
        if (std::exchange(self.open, false)) {
            handles_.erase(handles_.find(self.handle));
            --handles_in_use_;
            client_.send_and_forget(sftp::close_request{.handle = self.handle});
        }
        if (self.inside > 0) return;
        if (self.partly && !stopped() && self.kept.size() < most_kept) return unopened_.push_back(slot);
        const bool nothing_new = self.refusal && self.listed == 0 && !self.unread;
        if (!self.kept.empty() || self.partly || nothing_new || stopped()) return give_up(slot);
        const auto started = start(sftp::rmdir_request{.path = self.path}, {step::rmdir, slot});
        if (started) return;
        self.refusal = started.error();
        give_up(slot);
    }
    void folder_removed(std::uint32_t slot, const sftp::reply& answer) {
        const auto outcome = answer.succeeded();
        if (outcome) ++done_.folders;
        if (outcome || is_gone(outcome.error())) return leave(slot, true);
        auto& self = folders_[slot];
        self.refusal = outcome.error();
        // Something may have come meanwhile, or was left out of the listing while names went away.
        if (!self.unread && may_be_filled(outcome.error()) && self.rounds < limits_.rounds)
            return unopened_.push_back(slot);
        give_up(slot);
    }
    /// The folder stays. It is noted unless what stays in it says why.
    void give_up(std::uint32_t slot) {
        const auto& self = folders_[slot];
        if (self.unread)
            note(self.path, *self.unread);
        else if (self.partly)
            note(self.path, {errc::listing_too_large, base::phase::sftp,
                             "not all of the folder was tried: too much in it could not be removed"});
        else if (self.kept.empty() && self.refusal)
            note(self.path, *self.refusal);
        leave(slot, false);
    }
    void leave(std::uint32_t slot, bool gone) {
        auto self = folders_.take(slot);
        if (self.parent == nowhere) return;
        const entry what{.name = std::move(self.name), .folder = self.parent};
        if (!gone) stays(what);
        settle(what);
    }

    void keep(entry what, base::error why) {
        note(path_of(what), std::move(why));
        stays(what);
        settle(what);
    }
    void stays(const entry& what) {
        auto& kept = folders_[what.folder].kept;
        if (kept.size() < most_kept) kept.insert(what.name);
    }
    void settle(const entry& what) {
        forget(what.name);
        --folders_[what.folder].inside;
        go_on(what.folder);
    }
    void forget(const std::string& name) {
        --unsettled_;
        octets_ -= name.size();
    }

    sftp_client& client_;
    removal_limits limits_;
    tree_removal done_{};
    std::vector<entry> waiting_{};           ///< to be looked at or removed
    std::vector<std::uint32_t> unopened_{};  ///< folders to be listed
    slots<folder> folders_{};
    slots<entry> entries_{};  ///< in flight
    std::multiset<std::string, std::less<>> handles_{};
    std::size_t handles_in_use_ = 0;
    std::uint64_t names_seen_ = 0;
    std::size_t unsettled_ = 0;
    std::size_t octets_ = 0;  ///< of the names of those
    call_pipeline calls_;     ///< goes first
};

}  // namespace

base::result<void> check_removable(const model::remote_path& path) {
    const auto trimmed = without_trailing_slashes(path.octets());
    const auto last = std::string_view{trimmed}.substr(trimmed.rfind('/') + 1);
    if (trimmed == "~" || !model::is_entry_name(last))
        return model::invalid("path", "a root, a home and a folder above cannot be removed: name what is to go");
    return {};
}

async_result<tree_removal> remove_tree(sftp_client& client, model::remote_path root, removal_limits limits) {
    if (auto allowed = check_removable(root); !allowed) co_return std::unexpected(std::move(allowed.error()));
    // LSTAT of "link/" would show what the link leads to.
    auto path = model::remote_path::parse(without_trailing_slashes(root.octets()));
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto there = co_await lstat(client, *path);
    if (!there) co_return std::unexpected(there.error());
    if (!there->is_directory()) {
        const auto gone = co_await remove_file(client, *path);
        if (!gone) co_return std::unexpected(gone.error());
        co_return tree_removal{.files = 1};
    }
    removal work{client, limits};
    co_return co_await work.run(path->octets());
}

}  // namespace gangway::net
