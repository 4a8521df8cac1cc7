#include "slots.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/side_by_side.hpp>
#include <gangway/net/tree_download.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <vector>

namespace gangway::net {
namespace {

/// Handles that every server is believed to have, where it does not tell.
constexpr std::uint64_t usual_handles = 100;
constexpr std::uint64_t most_handles = 4096;
/// READs in flight: with what goes with them, less than a session takes.
constexpr std::uint64_t most_parts = 1024;
/// Names waiting to be fetched beyond which no more are listed.
constexpr std::size_t most_waiting = 20'000;
/// Folders listed at once, and READDIRs in flight for each.
constexpr std::size_t most_listings = 16;
constexpr std::size_t first_depth = 4;
constexpr std::size_t deepest = 16;

enum class step : std::uint8_t { opendir, readdir, look, open, read };

using label = call_label<step>;

struct named {
    std::string name;
    sftp::attributes attributes;
};

/// One folder that is being listed.
struct open_folder {
    named what;
    std::string handle{};
    std::set<std::string, std::less<>> names{};  ///< what came already? A name that comes twice is a lie
    std::size_t reading = 0;                     ///< READDIRs in flight
    std::size_t depth = first_depth;
    bool ended = false;
};

/// One file in flight.
struct open_file {
    named what;
    std::uint64_t size = 0;
    std::size_t waiting = 0;               ///< READs not answered
    std::string joined{};                  ///< its octets, if they come in several parts
    std::optional<sftp::reply> frame{};    ///< its octets, if they come in one
    std::optional<base::error> failure{};  ///< of the first part that failed
    bool differs = false;                  ///< is it not as long as its folder said?
};

class tree_walk {
  public:
    tree_walk(sftp_client& client, const model::remote_path& root, tree_receiver& receiver, tree_limits limits)
        : client_(client), root_(root), receiver_(receiver), limits_(limits), calls_(client) {}
    tree_walk(const tree_walk&) = delete;
    tree_walk& operator=(const tree_walk&) = delete;
    ~tree_walk() {
        for (const auto& handle : handles_)
            client_.send_and_forget(sftp::close_request{.handle = handle});
    }

    async_result<void> run() {
        const auto there = co_await stat(client_, root_);
        if (!there) co_return std::unexpected(there.error());
        if (there->type_known() && !there->is_directory())
            co_return base::fail(sftp::errc::not_a_directory, base::phase::sftp, "the path is not a folder");
        fit_the_server();
        limits_.large_at_once = std::max<std::size_t>(limits_.large_at_once, 1);
        folders_waiting_.push_back({"", *there});
        for (fill(); calls_.outstanding() > 0 && !fatal_; fill()) {
            tell_when_listed();
            auto ended = co_await calls_.next();
            if (!ended.answer) co_return std::unexpected(ended.answer.error());
            const auto of = label::of(ended.tag);
            if (of.what == step::read) {
                if (auto whole = part_arrived(of, *std::move(ended.answer)))
                    co_await receiver_.file(std::move(whole->first.name), whole->first.attributes,
                                            std::move(whole->second));
            } else {
                arrived(of, *ended.answer);
                client_.recycle(std::move(*ended.answer));
            }
        }
        if (fatal_) co_return std::unexpected(*fatal_);
        tell_when_listed();
        co_return co_await stream_the_large();
    }

  private:
    /// After the first answer, because what the server says of its limits comes before it.
    void fit_the_server() {
        const auto& told = client_.features().limits;
        const auto handles = std::min<std::uint64_t>(told.open_handles.value_or(usual_handles), most_handles);
        limits_.files_in_flight =
            std::clamp<std::size_t>(limits_.files_in_flight, 1, std::max<std::size_t>(handles * 3 / 4, 1));
        chunk_ = told.read;
        limits_.octets_in_flight = std::min(limits_.octets_in_flight, chunk_ * most_parts);
        limits_.whole = std::min(limits_.whole, limits_.octets_in_flight);
    }
    [[nodiscard]] std::string path_of(const std::string& name) const {
        if (name.empty()) return root_.octets();
        return root_.octets().ends_with('/') ? root_.octets() + name : root_.octets() + "/" + name;
    }
    template <class Request>
    bool start(const std::string& name, const Request& request, label of) {
        const auto started = calls_.start(request, of.tag());
        if (!started) receiver_.failed(name, started.error());
        return started.has_value();
    }

    /// Sends whatever may be sent now.
    void fill() {
        while (!folders_waiting_.empty() && folders_.used() < most_listings && files_waiting_.size() < most_waiting)
            list_next();
        if (files_waiting_.size() < most_waiting)
            for (const auto slot : std::exchange(paused_, {}))
                read_names(slot);
        while (!unknown_.empty() && looking_.used() < limits_.files_in_flight)
            look_next();
        while (!files_waiting_.empty() && files_.used() < limits_.files_in_flight &&
               (files_.used() == 0 ||
                octets_ + files_waiting_.front().attributes.size.value_or(0) <= limits_.octets_in_flight))
            open_next();
    }

    void tell_when_listed() {
        const bool over = folders_waiting_.empty() && folders_.used() == 0 && unknown_.empty() && looking_.used() == 0;
        if (over && !std::exchange(listed_, true)) receiver_.all_listed();
    }

    /// The last one first, so that a deep tree needs little memory.
    void list_next() {
        auto next = std::move(folders_waiting_.back());
        folders_waiting_.pop_back();
        if (!receiver_.folder(next.name, next.attributes)) return;
        const auto path = path_of(next.name);
        const auto slot = folders_.add({.what = std::move(next)});
        if (!start(folders_[slot].what.name, sftp::opendir_request{.path = path}, {step::opendir, slot}))
            folders_.take(slot);
    }
    void look_next() {
        auto next = std::move(unknown_.front());
        unknown_.pop_front();
        const auto path = path_of(next.name);
        const auto slot = looking_.add(std::move(next));
        if (!start(looking_[slot].name, sftp::lstat_request{.path = path}, {step::look, slot})) looking_.take(slot);
    }
    void open_next() {
        auto next = std::move(files_waiting_.front());
        files_waiting_.pop_front();
        const auto path = path_of(next.name);
        const auto size = *next.attributes.size;
        const auto slot = files_.add({.what = std::move(next), .size = size});
        octets_ += size;
        if (!start(files_[slot].what.name, sftp::open_request{.path = path, .flags = sftp::open_flag::read},
                   {step::open, slot}))
            drop_file(slot);
    }
    open_file drop_file(std::uint32_t slot) {
        octets_ -= files_[slot].size;
        return files_.take(slot);
    }

    void arrived(label of, const sftp::reply& answer) {
        switch (of.what) {
            case step::opendir:
                return folder_opened(of.slot, answer);
            case step::readdir:
                return names_arrived(of.slot, answer);
            case step::look:
                return looked(of.slot, answer);
            default:
                return file_opened(of.slot, answer);
        }
    }

    void folder_opened(std::uint32_t slot, const sftp::reply& answer) {
        const auto opened = answer.as<sftp::handle_reply>();
        if (!opened) return receiver_.failed(folders_.take(slot).what.name, opened.error());
        folders_[slot].handle = opened->handle;
        handles_.emplace(opened->handle);
        read_names(slot);
    }
    void read_names(std::uint32_t slot) {
        auto& folder = folders_[slot];
        while (!folder.ended && folder.reading < folder.depth) {
            if (!start(folder.what.name, sftp::readdir_request{.handle = folder.handle}, {step::readdir, slot})) {
                folder.ended = true;
                break;
            }
            ++folder.reading;
        }
        close_if_done(slot);
    }
    void names_arrived(std::uint32_t slot, const sftp::reply& answer) {
        auto& folder = folders_[slot];
        --folder.reading;
        const auto batch = answer.as<sftp::name_reply>();
        if (!batch && batch.error().code != sftp::errc::end_of_file && !folder.ended)
            receiver_.failed(folder.what.name, batch.error());
        // An empty batch is how some servers say that there is no more.
        if (!batch || batch->count == 0) {
            folder.ended = true;
            return close_if_done(slot);
        }
        for (const auto& entry : batch->entries)
            take(folder, entry);
        folder.depth = std::min(folder.depth * 2, deepest);
        if (folder.ended) return close_if_done(slot);
        if (files_waiting_.size() < most_waiting) return read_names(slot);
        paused_.insert(slot);
    }
    void close_if_done(std::uint32_t slot) {
        auto& folder = folders_[slot];
        if (!folder.ended || folder.reading > 0) return;
        close(folder.handle);
        paused_.erase(slot);
        folders_.take(slot);
    }

    void take(open_folder& folder, const sftp::name_entry& entry) {
        if (entry.name == "." || entry.name == "..") return;
        auto name =
            folder.what.name.empty() ? std::string{entry.name} : folder.what.name + "/" + std::string{entry.name};
        if (!model::is_entry_name(entry.name))
            return receiver_.failed(name,
                                    {sftp::errc::bad_message, base::phase::sftp, "no entry can have such a name"});
        if (!folder.names.emplace(entry.name).second)
            return receiver_.failed(name, {sftp::errc::already_exists, base::phase::sftp, "the folder lists it twice"});
        if (++entries_ > limits_.entries)
            fatal_ = {errc::listing_too_large, base::phase::sftp, "the tree has more entries than can be fetched"};
        else
            sort_in({std::move(name), entry.attrs}, entry.attrs.type_known());
    }
    /// What nobody knows the type of is looked at once, and then taken for a file.
    void sort_in(named entry, bool surely) {
        const auto& about = entry.attributes;
        if (about.is_directory())
            folders_waiting_.push_back(std::move(entry));
        else if (!surely)
            unknown_.push_back(std::move(entry));
        else if (about.type_known() && !about.is_regular())
            receiver_.passed_over(entry.name, about);
        else if (!receiver_.wants(entry.name, about))
            return;
        else if (about.size && *about.size <= limits_.whole)
            files_waiting_.push_back(std::move(entry));
        else
            large_.push_back(std::move(entry));
    }
    void looked(std::uint32_t slot, const sftp::reply& answer) {
        auto entry = looking_.take(slot);
        const auto there = answer.as<sftp::attrs_reply>();
        if (!there) return receiver_.failed(entry.name, there.error());
        entry.attributes = there->attrs;
        sort_in(std::move(entry), true);
    }

    /// All READs and the CLOSE go out together: a server does what concerns one handle in the order it came (draft
    /// section 6.1). One octet more than expected is asked for, to see that the file really ends there.
    void file_opened(std::uint32_t slot, const sftp::reply& answer) {
        const auto opened = answer.as<sftp::handle_reply>();
        if (!opened) return receiver_.failed(drop_file(slot).what.name, opened.error());
        auto& file = files_[slot];
        std::uint32_t part = 0;
        for (std::uint64_t offset = 0; offset <= file.size; offset += chunk_, ++part) {
            const auto length = static_cast<std::uint32_t>(std::min(chunk_, file.size + 1 - offset));
            const sftp::read_request read{.handle = opened->handle, .offset = offset, .length = length};
            const auto started = calls_.start(read, label{step::read, slot, part}.tag());
            if (!started && !file.failure) file.failure = started.error();
            if (started) ++file.waiting;
        }
        if (part > 1) file.joined.resize(file.size);
        client_.send_and_forget(sftp::close_request{.handle = opened->handle});
        if (file.waiting == 0) {
            auto lost = drop_file(slot);
            receiver_.failed(lost.what.name, *std::move(lost.failure));
        }
    }

    /// The file, once its last part is there.
    std::optional<std::pair<named, whole_content>> part_arrived(label of, sftp::reply answer) {
        auto& file = files_[of.slot];
        --file.waiting;
        const auto offset = of.part * chunk_;
        const auto expected = std::min(chunk_, file.size - offset);
        const auto data = answer.as<sftp::data_reply>();
        const bool at_end = !data && data.error().code == sftp::errc::end_of_file;
        if (!data && !at_end) {
            if (!file.failure) file.failure = data.error();
        } else if ((at_end ? 0 : data->data.size()) != expected) {
            file.differs = true;
        } else if (!at_end && file.joined.empty()) {
            file.frame = std::move(answer);
        } else if (!at_end) {
            std::ranges::copy(data->data, file.joined.begin() + static_cast<std::ptrdiff_t>(offset));
        }
        if (file.waiting > 0) return std::nullopt;
        auto done = drop_file(of.slot);
        if (done.failure) {
            receiver_.failed(done.what.name, *std::move(done.failure));
        } else if (done.differs) {
            large_.push_back(std::move(done.what));
        } else {
            return std::pair{std::move(done.what), done.frame ? whole_content{*std::move(done.frame)}
                                                              : whole_content{std::move(done.joined)}};
        }
        return std::nullopt;
    }

    async_result<void> stream_the_large() {
        const auto in_turn = [this] { return stream_in_turn(); };
        co_await side_by_side(std::min(large_.size(), limits_.large_at_once), in_turn);
        if (fatal_) co_return std::unexpected(*fatal_);
        co_return base::result<void>{};
    }
    awaitable<void> stream_in_turn() {
        while (!large_.empty() && !fatal_) {
            const auto next = std::move(large_.front());
            large_.pop_front();
            const auto streamed = co_await stream(next);
            if (!streamed && !fatal_) fatal_ = streamed.error();
        }
    }
    async_result<void> stream(const named& file) {
        const auto& name = file.name;
        auto path = model::remote_path::parse(path_of(name));
        if (!path) {
            receiver_.failed(name, path.error());
            co_return base::result<void>{};
        }
        // Together they ask for no more ahead than one does on its own.
        const read_range rest{.offset = receiver_.already(name, file.attributes),
                              .most_ahead = read_range{}.most_ahead / limits_.large_at_once};
        const auto reader = co_await file_reader::open(client_, *std::move(path), rest);
        if (reader) co_return co_await receiver_.stream(name, **reader);
        if (!client_.usable()) co_return std::unexpected(reader.error());
        receiver_.failed(name, reader.error());
        co_return base::result<void>{};
    }

    void close(const std::string& handle) {
        if (const auto found = handles_.find(handle); found != handles_.end()) handles_.erase(found);
        client_.send_and_forget(sftp::close_request{.handle = handle});
    }

    sftp_client& client_;
    const model::remote_path& root_;
    tree_receiver& receiver_;
    tree_limits limits_;
    std::vector<named> folders_waiting_{};
    std::deque<named> files_waiting_{};
    std::deque<named> unknown_{};  ///< of which type?
    std::deque<named> large_{};    ///< to be streamed
    slots<open_folder> folders_{};
    slots<open_file> files_{};
    slots<named> looking_{};
    std::set<std::uint32_t> paused_{};                   ///< folders whose listing waits for files to be fetched
    std::multiset<std::string, std::less<>> handles_{};  ///< of folders
    std::uint64_t chunk_ = 0;                            ///< octets of a READ
    std::uint64_t octets_ = 0;                           ///< of the files in flight
    std::size_t entries_ = 0;
    bool listed_ = false;  ///< was the receiver told that it knows all files?
    std::optional<base::error> fatal_{};
    call_pipeline calls_;  ///< goes first
};

}  // namespace

async_result<void> download_tree(sftp_client& client, model::remote_path root, tree_receiver& receiver,
                                 tree_limits limits) {
    tree_walk walk{client, root, receiver, limits};
    co_return co_await walk.run();
}

}  // namespace gangway::net
