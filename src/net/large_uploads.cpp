#include "large_uploads.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace gangway::net {

std::string path_beneath(const model::remote_path& root, const std::string& name) {
    if (name.empty()) return root.octets();
    return root.octets().ends_with('/') ? root.octets() + name : root.octets() + "/" + name;
}

base::error in_the_way(std::string_view what) {
    return {sftp::errc::already_exists, base::phase::sftp, std::string{what}};
}

bool is_same(const sftp::attributes& there, const tree_item& item, std::uint64_t size) {
    return there.is_regular() && there.size == size && there.mtime && there.mtime == item.attributes.mtime;
}

async_result<void> large_uploads::run() {
    const auto count = std::min(items_.size(), std::max<std::size_t>(options_.large_at_once, 1));
    if (count > 0) co_await several(count);
    if (fatal_) co_return std::unexpected(*fatal_);
    co_return base::result<void>{};
}

awaitable<void> large_uploads::several(std::size_t count) {
    using namespace asio::experimental::awaitable_operators;
    if (count == 1)
        co_await take_in_turn();
    else
        co_await (take_in_turn() && several(count - 1));
}

awaitable<void> large_uploads::take_in_turn() {
    while (!items_.empty() && !fatal_) {
        const auto item = std::move(items_.front());
        items_.pop_front();
        auto written = co_await stream(item);
        if (written && !*written)
            source_.unchanged(item.name, item.attributes.size.value_or(0));
        else if (written)
            source_.done(item.name, **written);
        else if (client_.usable())
            source_.failed(item.name, std::move(written.error()));
        else
            fatal_ = std::move(written.error());
    }
}

async_result<std::optional<std::uint64_t>> large_uploads::stream(const tree_item& item) {
    const auto path = model::remote_path::parse(path_beneath(root_, item.name));
    if (!path) co_return std::unexpected(path.error());
    const auto there = co_await lstat(client_, *path);
    if (options_.resume && there && is_same(*there, item, item.attributes.size.value_or(0)))
        co_return std::optional<std::uint64_t>{};
    if (there && !options_.replace) co_return std::unexpected(in_the_way("the target exists already"));
    if (there && !there->is_regular()) co_return std::unexpected(in_the_way("something that is no file has its name"));
    const bool make_new = !there || options_.atomic;
    writer_options how{.sync = options_.sync};
    how.when_there = make_new ? writer_options::existing::refuse : writer_options::existing::truncate;
    if (item.attributes.permissions && (options_.preserve || make_new)) how.mode = *item.attributes.permissions & 0777U;
    if (options_.resume && !item.unfinished.empty()) co_return co_await go_on(item, *path, how);
    if (!options_.atomic) {
        auto written = co_await write(item, *path, how);
        if (!written && !there) std::ignore = co_await client_.perform(sftp::remove_request{.path = path->octets()});
        co_return written;
    }
    auto temporary = temporary_file::beside(client_, *path);
    if (!temporary) co_return std::unexpected(temporary.error());
    auto written = co_await write(item, temporary->path(), how);
    if (!written) {
        co_await temporary->discard();
        co_return written;
    }
    const auto published = co_await temporary->publish(*path, options_.replace);
    if (!published) co_return std::unexpected(published.error());
    co_return written;
}

/// Under its own name for what is unfinished, which keeps what came so far when this fails.
async_result<std::uint64_t> large_uploads::go_on(const tree_item& item, const model::remote_path& path,
                                                 writer_options how) {
    const auto unfinished = path.parent().child(item.unfinished);
    if (!unfinished) co_return std::unexpected(unfinished.error());
    const auto left = co_await lstat(client_, *unfinished);
    if (!left && left.error().code != sftp::errc::no_such_file) co_return std::unexpected(left.error());
    how.when_there = writer_options::existing::refuse;
    how.sync = true;
    if (left) {
        const auto size = left->size.value_or(0);
        if (!left->is_regular() || size > item.attributes.size.value_or(0))
            co_return std::unexpected(in_the_way("something else has the name of the file to be resumed"));
        how.when_there = writer_options::existing::resume;
        how.offset = size - std::min(size, resume_reach);
    }
    auto written = co_await write(item, *unfinished, how);
    if (!written) co_return written;
    if (const auto same = source_.still_is(item); !same) {
        std::ignore = co_await client_.perform(sftp::remove_request{.path = unfinished->octets()});
        co_return std::unexpected(same.error());
    }
    const auto published = co_await rename(client_, *unfinished, path, options_.replace);
    if (!published) co_return std::unexpected(published.error());
    co_return written;
}

async_result<std::uint64_t> large_uploads::write(const tree_item& item, const model::remote_path& path,
                                                 writer_options how) {
    stripes channels{.more = options_.more, .most = options_.channels_per_file, .size = item.attributes.size};
    if (options_.resume) channels.reach = resume_reach;
    const auto writer = co_await open_striped_writer(client_, path, how, std::move(channels));
    if (!writer) co_return std::unexpected(writer.error());
    const auto streamed = co_await source_.stream(item.name, **writer, how.offset);
    if (!streamed) {
        std::ignore = co_await (*writer)->abandon();
        co_return std::unexpected(streamed.error());
    }
    auto written = co_await (*writer)->finish();
    if (!written || !(options_.preserve || options_.resume)) co_return written;
    const sftp::attributes times{.atime = item.attributes.atime, .mtime = item.attributes.mtime};
    const auto set = co_await set_attributes(client_, path, times);
    if (!set) co_return std::unexpected(set.error());
    co_return written;
}

}  // namespace gangway::net
