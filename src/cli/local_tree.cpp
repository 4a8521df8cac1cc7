#include "local_tree.hpp"

#include "beneath.hpp"
#include "local_ends.hpp"

#include <gangway/net/errors.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <fcntl.h>
#include <optional>
#include <ranges>
#include <sys/stat.h>

namespace gangway::cli {
namespace {

/// What is made by one job of the thread, and how far the thread may be behind.
constexpr std::size_t batch_files = 64;
constexpr std::uint64_t batch_octets = 1024UL * 1024;
constexpr std::uint64_t most_behind = 32UL * 1024 * 1024;
constexpr std::size_t most_batches = 64;

/// Names are the server's: a control character in one is no accident.
bool is_plain(std::string_view name) noexcept {
    return std::ranges::none_of(name, [](char octet) {
        const auto value = static_cast<unsigned char>(octet);
        return value < 0x20 || value == 0x7F;
    });
}

base::error refused_name() {
    return {std::make_error_code(std::errc::invalid_argument), base::phase::storage,
            "the name has control characters: it is not used for a local file"};
}

base::error remote_changed() {
    return {net::errc::remote_changed, base::phase::sftp,
            "the file on the server changed while it was transferred: get it again"};
}

/// What a file needs beside its content.
bool settle(int file, const sftp::attributes& attributes, const local_tree_options& options) {
    if (options.preserve && !preserve_attributes(file, attributes)) return false;
    if (options.resume && !preserve_times(file, attributes)) return false;
    return !options.sync || ::fsync(file) == 0;
}

/// The folder that is open, because most files of a batch are in one.
struct folder_cache {
    int root;
    std::string name{};
    descriptor open{};

    [[nodiscard]] int at(const std::string& wanted) {
        if (wanted.empty()) return root;
        if (!open || wanted != name) {
            open = open_folder_beneath(root, wanted);
            name = wanted;
        }
        return open.get();
    }
};

std::optional<base::error> make(folder_cache& folders, const std::string& name, const sftp::attributes& attributes,
                                std::string_view octets, const local_tree_options& options) {
    const auto [parent, last] = split_name(name);
    const auto folder = folders.at(parent);
    if (folder < 0) return system_error("open", parent);
    file_in_making file{folder, last, new_file_mode(attributes)};
    const bool made =
        file && file.write(octets) && settle(file.get(), attributes, options) && file.publish(options.replace);
    if (made) return std::nullopt;
    return system_error("create", name);
}

}  // namespace

base::result<std::unique_ptr<local_tree>> local_tree::open(std::filesystem::path root, local_tree_options options,
                                                           listeners hearing) {
    if (::mkdir(root.c_str(), 0777) != 0 && errno != EEXIST) return std::unexpected(system_error("create", root));
    descriptor folder{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder) return std::unexpected(system_error("open", root));
    return std::make_unique<local_tree>(std::move(root), std::move(folder), options, std::move(hearing));
}

local_tree::local_tree(std::filesystem::path root, descriptor folder, local_tree_options options, listeners hearing)
    : root_(std::move(root)), folder_(std::move(folder)), options_(options), hearing_(std::move(hearing)) {
}

local_tree::~local_tree() {
    worker_.stop();
    worker_.join();
}

bool local_tree::folder(const std::string& name, const sftp::attributes& attributes) {
    if (!is_plain(name)) {
        failed(name, refused_name());
        return false;
    }
    if (!name.empty()) {
        const auto [parent, last] = split_name(name);
        const auto above = open_folder_beneath(folder_.get(), parent);
        const bool made = above && (::mkdirat(above.get(), last.c_str(), 0777) == 0 || errno == EEXIST);
        if (!made || !open_folder_beneath(folder_.get(), name)) {
            failed(name, system_error("create", name));
            return false;
        }
    }
    if (options_.preserve) folders_.emplace_back(name, attributes);
    return true;
}

net::awaitable<void> local_tree::file(std::string name, sftp::attributes attributes, net::whole_content content) {
    if (!is_plain(name)) {
        failed(name, refused_name());
        co_return;
    }
    const auto size = content.octets().size();
    filling_->files.push_back({std::move(name), attributes, std::move(content)});
    filling_->octets += size;
    octets_ += size;
    if (filling_->files.size() >= batch_files || filling_->octets >= batch_octets) submit();
    while (making_.size() > most_batches || (octets_ > most_behind && !making_.empty()))
        co_await collect();
}

void local_tree::submit() {
    if (filling_->files.empty()) return;
    making_.push_back(std::exchange(filling_, std::make_shared<batch>()));
    net::asio::post(worker_, [job = making_.back(), root = folder_.get(), options = options_] {
        folder_cache folders{.root = root};
        for (const auto& file : job->files)
            if (auto why = make(folders, file.name, file.attributes, file.content.octets(), options))
                job->failures.emplace_back(file.name, *std::move(why));
        job->done->ring();
    });
}

net::awaitable<void> local_tree::collect() {
    const auto oldest = making_.front();
    co_await oldest->done->wait();
    making_.pop_front();
    octets_ -= oldest->octets;
    outcome_.files += oldest->files.size() - oldest->failures.size();
    outcome_.octets += oldest->octets;
    for (auto& [name, why] : oldest->failures)
        failed(name, std::move(why));
    hearing_.moved(outcome_);
}

/// Where a file that is streamed stays until it is whole, if it is to be gone on with after a failure.
std::optional<std::string> local_tree::unfinished_name(const std::string& name,
                                                       const sftp::attributes& attributes) const {
    if (!options_.resume || !attributes.size || !attributes.mtime) return std::nullopt;
    return partial_name(name, version_of(attributes));
}

bool local_tree::wants(const std::string& name, const sftp::attributes& attributes) {
    struct ::stat there{};
    if (options_.resume && attributes.size && attributes.mtime && look_beneath(folder_.get(), name, there) &&
        S_ISREG(there.st_mode) && static_cast<std::uint64_t>(there.st_size) == *attributes.size &&
        there.st_mtim.tv_sec == static_cast<std::int64_t>(*attributes.mtime)) {
        ++outcome_.unchanged;
        return false;
    }
    listed_ += attributes.size.value_or(0);
    return true;
}

void local_tree::all_listed() {
    outcome_.expected = listed_;
}

std::uint64_t local_tree::already(const std::string& name, const sftp::attributes& attributes) {
    const auto unfinished = unfinished_name(name, attributes);
    const auto parent = split_name(name).first;
    struct ::stat there{};
    if (!unfinished || !look_beneath(folder_.get(), parent.empty() ? *unfinished : parent + "/" + *unfinished, there))
        return 0;
    return begun_[name] = static_cast<std::uint64_t>(there.st_size);
}

net::async_result<void> local_tree::stream(std::string name, net::file_reader& content) {
    base::result<void> written = std::unexpected(refused_name());
    if (is_plain(name)) written = co_await write_all(name, content);
    if (written)
        ++outcome_.files;
    else
        failed(name, written.error());
    co_return base::result<void>{};
}

net::async_result<void> local_tree::write_all(const std::string& name, net::file_reader& content) {
    const auto& about = content.attributes();
    const auto begun = begun_.extract(name);
    const auto unfinished = unfinished_name(name, about);
    const auto [parent, last] = split_name(name);
    const auto folder = open_folder_beneath(folder_.get(), parent);
    if (!folder) co_return std::unexpected(system_error("create", name));
    std::optional<file_in_making> file;
    if (unfinished)
        file.emplace(folder.get(), last, *unfinished, new_file_mode(about));
    else
        file.emplace(folder.get(), last, new_file_mode(about));
    if (!*file) co_return std::unexpected(unfinished ? unfinished_failure(name) : system_error("create", name));
    if (file->already() != (begun.empty() ? 0 : begun.mapped())) co_return std::unexpected(remote_changed());
    listed_ -= std::min(listed_, file->already().value_or(0));
    if (outcome_.expected) all_listed();
    for (;;) {
        const auto piece = co_await content.read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        if (!file->write(*piece)) co_return std::unexpected(system_error("write", name));
        outcome_.octets += piece->size();
        hearing_.moved(outcome_);
    }
    if (unfinished) {
        // It was put together from two transfers: it must not have changed under the second one either.
        const auto now = co_await content.look_again();
        if (!now) co_return std::unexpected(now.error());
        if (version_of(*now) != version_of(about)) {
            file->spoil();
            co_return std::unexpected(remote_changed());
        }
    }
    if (!settle(file->get(), about, options_) || !file->publish(options_.replace))
        co_return std::unexpected(system_error("create", name));
    co_return base::result<void>{};
}

void local_tree::passed_over(const std::string&, const sftp::attributes&) {
    ++outcome_.passed_over;
}

void local_tree::failed(const std::string& name, base::error why) {
    hearing_.told(name, why);
    outcome_.failures.emplace_back(name, std::move(why));
}

net::awaitable<tree_outcome> local_tree::finish() {
    submit();
    while (!making_.empty())
        co_await collect();
    // What was made last changed the times of the folders above it.
    for (const auto& [name, attributes] : folders_ | std::views::reverse) {
        const auto folder = open_folder_beneath(folder_.get(), name);
        if (!folder || !preserve_attributes(folder.get(), attributes)) failed(name, system_error("set times of", name));
    }
    co_return std::move(outcome_);
}

}  // namespace gangway::cli
