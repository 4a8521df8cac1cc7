#include "local_walk.hpp"

#include "beneath.hpp"
#include "local_ends.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>

namespace gangway::cli {
namespace {

constexpr std::size_t batch_items = 64;
constexpr std::uint64_t batch_octets = 1024UL * 1024;
constexpr std::size_t batches_ahead = 4;
/// A larger file is streamed.
constexpr std::uint64_t whole = 1024UL * 1024;
constexpr std::size_t piece_octets = 255UL * 1024;

sftp::attributes attributes_of(const struct stat& there) {
    const auto seconds = [](std::int64_t time) {
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time, 0, 0xFFFFFFFF));
    };
    return {.permissions = there.st_mode & 07777U,
            .atime = seconds(there.st_atim.tv_sec),
            .mtime = seconds(there.st_mtim.tv_sec)};
}

/// The octets that were read; fewer than `octets` has at the end of the file, negative after an error.
std::ptrdiff_t read_up_to(int file, char* octets, std::size_t length) {
    std::size_t done = 0;
    while (done < length) {
        const auto count = ::read(file, octets + done, length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return static_cast<std::ptrdiff_t>(done);
}

constexpr int as_a_file = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

}  // namespace

base::result<std::unique_ptr<local_walk>> local_walk::open(std::filesystem::path root, local_walk_options options,
                                                           local_tree::listeners hearing) {
    descriptor folder{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return std::unexpected(system_error("read", root));
    return std::make_unique<local_walk>(std::move(root), std::move(folder), options, std::move(hearing));
}

local_walk::local_walk(std::filesystem::path name, descriptor root, local_walk_options options,
                       local_tree::listeners hearing)
    : root_(std::move(root)), options_(options), hearing_(std::move(hearing)) {
    if (options_.measure) net::asio::post(measuring_.emplace(1), [this, folder = std::move(name)] { measure(folder); });
    while (coming_.size() < batches_ahead)
        ask();
}

local_walk::~local_walk() {
    over_ = true;
    if (measuring_) measuring_->join();
    worker_.stop();
    worker_.join();
}

/// What changes meanwhile, or cannot be read, makes the number a little wrong and nothing else.
void local_walk::measure(const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    std::error_code failure, ignored;
    fs::recursive_directory_iterator entry{root, fs::directory_options::skip_permission_denied, failure};
    for (; !failure && entry != fs::recursive_directory_iterator{} && !over_; entry.increment(failure)) {
        if (entry->symlink_status(ignored).type() != fs::file_type::regular) continue;
        const auto size = entry->file_size(ignored);
        if (!ignored) measured_ += size;
    }
    all_measured_ = !failure;
}

void local_walk::moved() {
    auto so_far = tree_outcome{.files = outcome_.files, .octets = outcome_.octets + streamed_};
    if (all_measured_) so_far.expected = measured_ - std::min<std::uint64_t>(measured_, left_out_);
    hearing_.moved(so_far);
}

descriptor local_walk::open_file(const std::string& name) const {
    const auto [parent, last] = split_name(name);
    const auto folder = open_folder_beneath(root_.get(), parent);
    return descriptor{folder ? ::openat(folder.get(), last.c_str(), as_a_file) : -1};
}

void local_walk::ask() {
    coming_.push_back(std::make_shared<batch>());
    net::asio::post(worker_, [this, found = coming_.back()] {
        fill(*found);
        found->done->ring();
    });
}

void local_walk::fill(batch& found) {
    if (!std::exchange(begun_, true)) enter(found, open_folder_beneath(root_.get(), ""), "");
    while (!levels_.empty() && found.items.size() < batch_items && found.octets < batch_octets) {
        auto& [name, folder] = levels_.back();
        errno = 0;
        const auto* const entry = ::readdir(folder.get());
        if (entry == nullptr) {
            if (errno != 0) found.failures.emplace_back(name, system_error("read", name));
            levels_.pop_back();
            continue;
        }
        const std::string_view what{entry->d_name};
        if (what != "." && what != "..") visit(found, ::dirfd(folder.get()), name, entry->d_name);
    }
    found.last = levels_.empty();
}

void local_walk::enter(batch& found, descriptor folder, std::string name) {
    struct stat there{};
    if (!folder || ::fstat(folder.get(), &there) != 0) {
        found.failures.emplace_back(name, system_error("read", name));
        return;
    }
    std::unique_ptr<DIR, close_folder> stream{::fdopendir(folder.get())};
    if (!stream) {
        found.failures.emplace_back(name, system_error("read", name));
        return;
    }
    folder.release();
    found.items.push_back({.what = net::tree_item::kind::folder, .name = name, .attributes = attributes_of(there)});
    levels_.push_back({std::move(name), std::move(stream)});
}

void local_walk::visit(batch& found, int folder, const std::string& above, const char* entry) {
    auto name = above.empty() ? std::string{entry} : above + "/" + entry;
    const auto fail = [&] { found.failures.emplace_back(name, system_error("read", name)); };
    struct stat there{};
    if (::fstatat(folder, entry, &there, AT_SYMLINK_NOFOLLOW) != 0) return fail();
    if (S_ISDIR(there.st_mode))
        return enter(found, descriptor{::openat(folder, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)},
                     std::move(name));
    if (!S_ISREG(there.st_mode)) {
        ++found.passed_over;
        return;
    }
    const descriptor file{::openat(folder, entry, as_a_file)};
    if (!file || ::fstat(file.get(), &there) != 0) return fail();
    net::tree_item item{.what = net::tree_item::kind::large, .name = name, .attributes = attributes_of(there)};
    if (static_cast<std::uint64_t>(there.st_size) <= whole) {
        // One octet more, to see that the file ends there.
        item.content.resize(static_cast<std::size_t>(there.st_size) + 1);
        const auto count = read_up_to(file.get(), item.content.data(), item.content.size());
        if (count < 0) return fail();
        const bool ends = static_cast<std::size_t>(count) < item.content.size();
        item.content.resize(ends ? static_cast<std::size_t>(count) : 0);
        if (ends) item.what = net::tree_item::kind::file;
        found.octets += item.content.size();
    }
    if (item.what == net::tree_item::kind::large) {
        item.attributes.size = static_cast<std::uint64_t>(there.st_size);
        if (options_.resume) item.unfinished = partial_name(item.name, version_of(there));
    }
    found.items.push_back(std::move(item));
}

net::awaitable<std::optional<net::tree_item>> local_walk::next() {
    while (!coming_.empty()) {
        const auto first = coming_.front();
        co_await first->done->wait();
        if (!first->items.empty()) {
            auto item = std::move(first->items.front());
            first->items.pop_front();
            co_return item;
        }
        coming_.pop_front();
        outcome_.passed_over += first->passed_over;
        for (auto& [name, why] : first->failures)
            failed(name, std::move(why));
        ended_ = ended_ || first->last;
        if (!ended_) ask();
    }
    co_return std::nullopt;
}

net::async_result<void> local_walk::stream(const std::string& name, net::file_writer& to, std::uint64_t from) {
    const auto file = open_file(name);
    struct stat there{};
    if (!file || ::fstat(file.get(), &there) != 0) co_return std::unexpected(system_error("read", name));
    if (!S_ISREG(there.st_mode)) co_return std::unexpected(system_error("read", name, ELOOP));
    if (::lseek(file.get(), static_cast<off_t>(from), SEEK_SET) < 0)
        co_return std::unexpected(system_error("read", name));
    left_out_ += from;
    std::string buffer(piece_octets, '\0');
    // Several files are streamed at a time, and each counts for what the server has of it.
    struct share {
        std::uint64_t& all;
        std::uint64_t own = 0;
        ~share() { all -= own; }
        void is(std::uint64_t octets) { all += octets - std::exchange(own, octets); }
    } sent{streamed_};
    for (;;) {
        const auto count = read_up_to(file.get(), buffer.data(), buffer.size());
        if (count < 0) co_return std::unexpected(system_error("read", name));
        if (count == 0) co_return base::result<void>{};
        const auto written = co_await to.write(std::string_view{buffer}.substr(0, static_cast<std::size_t>(count)));
        if (!written) co_return written;
        sent.is(to.acknowledged());
        moved();
    }
}

base::result<void> local_walk::still_is(const net::tree_item& item) {
    const auto file = open_file(item.name);
    struct stat there{};
    if (!file || ::fstat(file.get(), &there) != 0) return std::unexpected(system_error("read", item.name));
    if (partial_name(item.name, version_of(there)) == item.unfinished) return {};
    return base::fail(std::make_error_code(std::errc::interrupted), base::phase::storage,
                      "the local file changed while it was sent: put it again");
}

void local_walk::unchanged(const std::string&, std::uint64_t octets) {
    ++outcome_.unchanged;
    left_out_ += octets;
    moved();
}

void local_walk::done(const std::string&, std::uint64_t octets) {
    ++outcome_.files;
    outcome_.octets += octets;
    moved();
}

void local_walk::failed(const std::string& name, base::error why) {
    hearing_.told(name, why);
    outcome_.failures.emplace_back(name, std::move(why));
}

}  // namespace gangway::cli
