#include "large_uploads.hpp"
#include "slots.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/net/tree_upload.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace gangway::net {
namespace {

/// Handles that every server is believed to have, where it does not tell.
constexpr std::uint64_t usual_handles = 100;
constexpr std::uint64_t most_handles = 4096;
/// WRITEs in flight: with what goes with them, less than a session takes.
constexpr std::uint64_t most_parts = 1024;

enum class step : std::uint8_t {
    make,
    look_at_folder,
    open_new,
    look_at_file,
    open_old,
    look_before,
    compare,
    write,
    sync,
    look,
    set,
    close,
    publish,
    settle,
    tidy
};
using label = call_label<step>;

struct folder {
    enum class state : std::uint8_t { asked, there, failed };
    state is = state::asked;
    sftp::attributes attributes{};
    std::vector<tree_item> waiting{};  ///< what goes into it
};

/// One file in flight.
struct open_file {
    tree_item item{};
    std::size_t waiting = 0;               ///< calls not answered
    bool made = false;                     ///< was it not there before?
    std::string temporary{};               ///< its path until it is whole, if that is another one
    std::optional<base::error> failure{};  ///< the first; the content is not sure then
    std::optional<base::error> unset{};    ///< why it does not have its permissions and times
};

std::string parent_of(const std::string& name) {
    const auto slash = name.rfind('/');
    return slash == std::string::npos ? std::string{} : name.substr(0, slash);
}

class tree_writer {
  public:
    tree_writer(sftp_client& client, const model::remote_path& root, tree_source& source, tree_upload_options options)
        : client_(client),
          root_(root),
          source_(source),
          wanted_(std::move(options)),
          options_(wanted_),
          large_(client, root, source, wanted_),
          calls_(client) {}

    async_result<void> run() {
        fit_the_server();
        for (;;) {
            while (!ended_ && may_take()) {
                if (auto item = co_await source_.next())
                    place(*std::move(item));
                else
                    ended_ = true;
            }
            if (calls_.outstanding() == 0) {
                if (ended_) break;
                continue;
            }
            auto ended = co_await calls_.next();
            if (!ended.answer) co_return std::unexpected(ended.answer.error());
            // What the server says of its limits comes before its first answer, and no file is open yet.
            if (!std::exchange(fitted_, true)) fit_the_server();
            arrived(label::of(ended.tag), *ended.answer);
            client_.recycle(std::move(*ended.answer));
        }
        const auto streamed = co_await large_.run();
        if (!streamed || !options_.preserve) co_return streamed;
        co_return co_await settle_folders();
    }

  private:
    void fit_the_server() {
        const auto& told = client_.features().limits;
        const auto handles = std::min<std::uint64_t>(told.open_handles.value_or(usual_handles), most_handles);
        options_.files_in_flight =
            std::clamp<std::size_t>(wanted_.files_in_flight, 1, std::max<std::size_t>(handles * 3 / 4, 1));
        chunk_ = told.write;
        options_.octets_in_flight = std::min(wanted_.octets_in_flight, chunk_ * most_parts);
    }
    [[nodiscard]] bool may_take() const noexcept {
        return files_.used() + held_ < options_.files_in_flight && octets_ < options_.octets_in_flight;
    }
    [[nodiscard]] std::string path_of(const std::string& name) const { return path_beneath(root_, name); }
    /// Under which the file is until it is whole.
    [[nodiscard]] std::string path_in_making(const open_file& file) const {
        return file.temporary.empty() ? path_of(file.item.name) : file.temporary;
    }

    void place(tree_item item) {
        octets_ += item.content.size();
        if (item.name.empty()) return begin(std::move(item));
        auto& above = folders_[parent_of(item.name)];
        switch (above.is) {
            case folder::state::there:
                return begin(std::move(item));
            case folder::state::asked:
                ++held_;
                above.waiting.push_back(std::move(item));
                return;
            case folder::state::failed:
                return give_up(item);
        }
    }
    /// What lies in a folder that could not be made: that was told already.
    void give_up(const tree_item& item) {
        octets_ -= item.content.size();
        if (item.what == tree_item::kind::folder) folders_[item.name].is = folder::state::failed;
    }

    void begin(tree_item item) {
        const auto path = path_of(item.name);
        switch (item.what) {
            case tree_item::kind::large:
                large_.add(std::move(item));
                return;
            case tree_item::kind::folder: {
                folders_[item.name].attributes = item.attributes;
                const sftp::attributes mode{.permissions =
                                                (item.attributes.permissions.value_or(0777) & 0777U) | 0700U};
                const auto slot = names_.add(item.name);
                const auto started =
                    calls_.start(sftp::mkdir_request{.path = path, .attrs = mode}, label{step::make, slot}.tag());
                if (!started) folder_failed(names_.take(slot), started.error());
                return;
            }
            case tree_item::kind::file:
                return begin_file(std::move(item));
        }
    }
    void begin_file(tree_item item) {
        const auto slot = files_.add({.item = std::move(item)});
        if (!options_.resume) return make_file(slot);
        start(slot, sftp::lstat_request{.path = path_of(files_[slot].item.name)}, {step::compare, slot});
    }
    void compared(std::uint32_t slot, const sftp::reply& answer) {
        const auto& item = files_[slot].item;
        const auto there = answer.as<sftp::attrs_reply>();
        if (!there || !is_same(there->attrs, item, item.content.size())) return make_file(slot);
        const auto same = drop(slot);
        source_.unchanged(same.item.name, same.item.content.size());
    }
    void make_file(std::uint32_t slot) {
        auto& file = files_[slot];
        if (!options_.atomic) return open(slot, step::open_new);
        const auto path = model::remote_path::parse(path_of(file.item.name));
        const auto temporary = path ? temporary_name_beside(*path) : path;
        if (!temporary) return file_failed(slot, temporary.error());
        file.temporary = temporary->octets();
        // A rename would replace what is there, on some servers even if it was not asked to.
        if (options_.replace) return open(slot, step::open_new);
        start(slot, sftp::lstat_request{.path = path->octets()}, {step::look_before, slot});
    }
    void target_seen(std::uint32_t slot, const sftp::reply& answer) {
        const auto there = answer.as<sftp::attrs_reply>();
        if (there) return file_failed(slot, in_the_way("the target exists already"));
        if (there.error().code != sftp::errc::no_such_file) return file_failed(slot, there.error());
        open(slot, step::open_new);
    }
    void open(std::uint32_t slot, step how) {
        using namespace sftp::open_flag;
        const auto& item = files_[slot].item;
        sftp::attributes mode{};
        if (item.attributes.permissions) mode.permissions = *item.attributes.permissions & 0777U;
        const auto path = path_in_making(files_[slot]);
        const auto flags = sftp::open_flag::write | create | (how == step::open_new ? exclusive : truncate);
        start(slot, sftp::open_request{.path = path, .flags = flags, .attrs = mode}, {how, slot});
    }
    template <class Request>
    void start(std::uint32_t slot, const Request& request, label of) {
        const auto started = calls_.start(request, of.tag());
        if (!started) return file_failed(slot, started.error());
        ++files_[slot].waiting;
    }

    void arrived(label of, const sftp::reply& answer) {
        switch (of.what) {
            case step::make:
                return folder_made(of.slot, answer);
            case step::look_at_folder:
                return folder_seen(of.slot, answer);
            case step::settle:
                return folder_settled(of.slot, answer);
            case step::tidy:
                return;
            default:
                break;
        }
        --files_[of.slot].waiting;
        switch (of.what) {
            case step::open_new:
                return file_opened(of.slot, answer, true);
            case step::open_old:
                return file_opened(of.slot, answer, false);
            case step::look_at_file:
                return obstacle_seen(of.slot, answer);
            case step::look_before:
                return target_seen(of.slot, answer);
            case step::compare:
                return compared(of.slot, answer);
            case step::publish:
                return published(of.slot, answer);
            default:
                part_done(of, answer);
        }
    }

    void folder_made(std::uint32_t slot, const sftp::reply& answer) {
        const auto made = answer.succeeded();
        if (made) return folder_ready(names_.take(slot));
        // Servers say in many ways that a folder is there already.
        const auto path = path_of(names_[slot]);
        refusals_[slot] = made.error();
        const auto tag = label{step::look_at_folder, slot}.tag();
        const auto started = names_[slot].empty() ? calls_.start(sftp::stat_request{.path = path}, tag)
                                                  : calls_.start(sftp::lstat_request{.path = path}, tag);
        if (!started) folder_failed(names_.take(slot), started.error());
    }
    void folder_seen(std::uint32_t slot, const sftp::reply& answer) {
        auto why = std::move(refusals_[slot]);
        refusals_.erase(slot);
        const auto there = answer.as<sftp::attrs_reply>();
        if (there && there->attrs.is_directory()) return folder_ready(names_.take(slot));
        if (there) why = in_the_way("something that is not a folder has its name");
        folder_failed(names_.take(slot), std::move(why));
    }
    void folder_ready(const std::string& name) {
        auto& made = folders_[name];
        made.is = folder::state::there;
        for (auto& item : std::exchange(made.waiting, {})) {
            --held_;
            begin(std::move(item));
        }
    }
    void folder_failed(const std::string& name, base::error why) {
        auto& lost = folders_[name];
        lost.is = folder::state::failed;
        for (const auto& item : std::exchange(lost.waiting, {})) {
            --held_;
            give_up(item);
        }
        source_.failed(name, std::move(why));
    }

    /// All that follows goes out together: a server does what concerns one handle in the order it came (draft section
    /// 6.1). The times are set after the last WRITE, or that would change them again.
    void file_opened(std::uint32_t slot, const sftp::reply& answer, bool is_new) {
        const auto opened = answer.as<sftp::handle_reply>();
        if (!opened) return refused(slot, opened.error(), is_new);
        auto& file = files_[slot];
        file.made = is_new;
        const std::string_view content{file.item.content};
        const auto& about = file.item.attributes;
        for (std::uint64_t offset = 0; offset < content.size() && !file.failure; offset += chunk_)
            add(file,
                sftp::write_request{.handle = opened->handle, .offset = offset, .data = content.substr(offset, chunk_)},
                {step::write, slot});
        if (options_.preserve || options_.resume) {
            sftp::attributes wanted{.atime = about.atime, .mtime = about.mtime};
            if (options_.preserve) wanted.permissions = about.permissions.value_or(0666) & 0777U;
            add(file, sftp::fsetstat_request{.handle = opened->handle, .attrs = wanted}, {step::set, slot});
        }
        if (options_.sync && client_.features().fsync)
            add(file, sftp::fsync_request{.handle = opened->handle}, {step::sync, slot});
        add(file, sftp::fstat_request{.handle = opened->handle}, {step::look, slot});
        add(file, sftp::close_request{.handle = opened->handle}, {step::close, slot});
        if (file.waiting == 0) finish(slot);
    }
    template <class Request>
    void add(open_file& file, const Request& request, label of) {
        const auto started = calls_.start(request, of.tag());
        if (started)
            ++file.waiting;
        else if (!file.failure)
            file.failure = started.error();
    }
    void refused(std::uint32_t slot, const base::error& why, bool was_new) {
        const bool vague = why.code == sftp::errc::failure || why.code == sftp::errc::already_exists ||
                           why.code == sftp::errc::other_status;
        if (!was_new || !vague || !files_[slot].temporary.empty()) return file_failed(slot, why);
        const auto path = path_of(files_[slot].item.name);
        files_[slot].unset = why;
        start(slot, sftp::lstat_request{.path = path}, {step::look_at_file, slot});
    }
    void obstacle_seen(std::uint32_t slot, const sftp::reply& answer) {
        auto why = *std::exchange(files_[slot].unset, std::nullopt);
        const auto there = answer.as<sftp::attrs_reply>();
        if (!there) return file_failed(slot, std::move(why));
        if (!options_.replace) return file_failed(slot, in_the_way("the target exists already"));
        if (!there->attrs.is_regular()) return file_failed(slot, in_the_way("something that is no file has its name"));
        open(slot, step::open_old);
    }
    void part_done(label of, const sftp::reply& answer) {
        auto& file = files_[of.slot];
        if (of.what == step::look) {
            // A server that tells no size is believed.
            const auto about = answer.as<sftp::attrs_reply>();
            if (about && about->attrs.size.value_or(file.item.content.size()) != file.item.content.size() &&
                !file.failure)
                file.failure = {errc::incomplete_write, base::phase::sftp,
                                "the server accepted every octet, but the file has another size"};
        } else if (const auto did = answer.succeeded(); !did) {
            auto& why = of.what == step::set ? file.unset : file.failure;
            if (!why) why = did.error();
        }
        if (file.waiting == 0) finish(of.slot);
    }
    void finish(std::uint32_t slot) {
        auto& file = files_[slot];
        if (file.failure) return file_failed(slot, *file.failure);
        if (file.temporary.empty()) return file_done(slot);
        const auto path = path_of(file.item.name);
        const label of{step::publish, slot};
        if (options_.replace && client_.features().posix_rename)
            start(slot, sftp::posix_rename_request{.old_path = file.temporary, .new_path = path}, of);
        else
            start(slot, sftp::rename_request{.old_path = file.temporary, .new_path = path}, of);
    }
    void published(std::uint32_t slot, const sftp::reply& answer) {
        if (const auto renamed = answer.succeeded(); !renamed) return file_failed(slot, renamed.error());
        file_done(slot);
    }
    void file_done(std::uint32_t slot) {
        const auto done = drop(slot);
        if (done.unset)
            source_.failed(done.item.name, *done.unset);
        else
            source_.done(done.item.name, done.item.content.size());
    }
    void file_failed(std::uint32_t slot, base::error why) {
        const auto lost = drop(slot);
        if (lost.made) {
            // Its answer is awaited like any other, because the connection may end with the last one.
            const auto path = path_in_making(lost);
            std::ignore = calls_.start(sftp::remove_request{.path = path}, label{step::tidy, 0}.tag());
        }
        source_.failed(lost.item.name, std::move(why));
    }
    open_file drop(std::uint32_t slot) {
        octets_ -= files_[slot].item.content.size();
        return files_.take(slot);
    }

    /// From the deepest up, and after everything in them was written, because that changes their times.
    async_result<void> settle_folders() {
        auto next = folders_.rbegin();
        while (next != folders_.rend() || calls_.outstanding() > 0) {
            for (; next != folders_.rend() && calls_.outstanding() < options_.files_in_flight; ++next) {
                const auto& [name, made] = *next;
                if (made.is != folder::state::there) continue;
                const auto path = path_of(name);
                const sftp::attributes wanted{.permissions = made.attributes.permissions.value_or(0777) & 0777U,
                                              .atime = made.attributes.atime,
                                              .mtime = made.attributes.mtime};
                const auto slot = names_.add(name);
                const auto started =
                    calls_.start(sftp::setstat_request{.path = path, .attrs = wanted}, label{step::settle, slot}.tag());
                if (!started) source_.failed(names_.take(slot), started.error());
            }
            if (calls_.outstanding() == 0) break;
            const auto ended = co_await calls_.next();
            if (!ended.answer) co_return std::unexpected(ended.answer.error());
            arrived(label::of(ended.tag), *ended.answer);
        }
        co_return base::result<void>{};
    }
    void folder_settled(std::uint32_t slot, const sftp::reply& answer) {
        const auto name = names_.take(slot);
        if (const auto set = answer.succeeded(); !set) source_.failed(name, set.error());
    }

    sftp_client& client_;
    const model::remote_path& root_;
    tree_source& source_;
    const tree_upload_options wanted_;
    tree_upload_options options_;  ///< what the server allows of it
    large_uploads large_;
    std::map<std::string, folder> folders_{};
    std::map<std::uint32_t, base::error> refusals_{};  ///< why a folder was not made, while it is looked at
    slots<std::string> names_{};                       ///< of folders in flight
    slots<open_file> files_{};
    std::size_t held_ = 0;      ///< items that wait for their folder
    std::uint64_t octets_ = 0;  ///< of the files in memory
    std::uint64_t chunk_ = 0;   ///< octets of a WRITE
    bool ended_ = false;        ///< has the source no more?
    bool fitted_ = false;       ///< are the server's limits known?
    call_pipeline calls_;       ///< goes first
};

}  // namespace

async_result<void> upload_tree(sftp_client& client, model::remote_path root, tree_source& source,
                               tree_upload_options options) {
    tree_writer writer{client, root, source, std::move(options)};
    co_return co_await writer.run();
}

}  // namespace gangway::net
