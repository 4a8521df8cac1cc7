#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/resumable_upload.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace gangway::net {
namespace {

/// What stands at the path: nothing, or something that may be replaced, or an error.
async_result<void> path_is_free(sftp_client& client, const upload_target& target) {
    const auto there = co_await lstat(client, target.path);
    if (!there) co_return base::result<void>{};
    if (there->is_directory())
        co_return base::fail(sftp::errc::is_a_directory, base::phase::sftp,
                             "nothing was uploaded: the path is a folder; name the file in it");
    if (target.overwrite) co_return base::result<void>{};
    co_return base::fail(sftp::errc::already_exists, base::phase::sftp,
                         "nothing was uploaded: the target exists already (ask for overwrite to replace it)");
}

async_result<void> make_empty(sftp_client& client, const model::remote_path& path) {
    const auto writer = co_await file_writer::open(client, path, {.when_there = writer_options::existing::refuse});
    if (!writer) co_return std::unexpected(writer.error());
    co_return co_await (*writer)->abandon();
}

async_result<void> pour(octet_source& from, file_writer& to) {
    for (;;) {
        const auto octets = co_await from.read();
        if (!octets) co_return std::unexpected(octets.error());
        if (octets->empty()) co_return base::result<void>{};
        const auto written = co_await to.write(*octets);
        if (!written) co_return written;
    }
}

/// A cancellation becomes an error, so that what is in flight can be waited for.
async_result<void> pour_until_cancelled(octet_source& from, file_writer& to) {
    try {
        co_return co_await pour(from, to);
    } catch (const boost::system::system_error& stopped) {
        if (stopped.code() != asio::error::operation_aborted) throw;
    }
    co_return base::fail(make_error_code(std::errc::operation_canceled), base::phase::sftp, "the upload was cancelled");
}

}  // namespace

async_result<void> begin_upload(sftp_client& client, const upload_target& target) {
    const auto free = co_await path_is_free(client, target);
    if (!free) co_return free;
    auto made = co_await make_empty(client, target.temporary);
    if (made || !target.parents || made.error().code != sftp::errc::no_such_file) co_return made;
    const auto folder = co_await make_directory(client, target.path.parent(), {.parents = true});
    if (!folder) co_return folder;
    co_return co_await make_empty(client, target.temporary);
}

async_result<std::uint64_t> look_at_upload(sftp_client& client, const upload_target& target, std::uint64_t counted) {
    const auto there = co_await lstat(client, target.temporary);
    if (!there) co_return std::unexpected(there.error());
    co_return std::min(counted, there->size.value_or(counted));
}

awaitable<upload_progress> continue_upload(sftp_client& client, const upload_target& target, std::uint64_t offset,
                                           octet_source& from) {
    const auto writer = co_await file_writer::open(client, target.temporary,
                                                   {.when_there = writer_options::existing::resume, .offset = offset});
    if (!writer) co_return upload_progress{.failure = writer.error()};
    auto poured = co_await pour_until_cancelled(from, **writer);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto closed = co_await (*writer)->abandon();
    upload_progress made{.octets = (*writer)->acknowledged()};
    if (!poured)
        made.failure = std::move(poured.error());
    else if (!closed)
        made.failure = closed.error();
    co_return made;
}

async_result<void> publish_upload(sftp_client& client, const upload_target& target, std::uint64_t length) {
    const auto writer = co_await file_writer::open(
        client, target.temporary,
        {.when_there = writer_options::existing::resume, .offset = length, .mode = target.mode, .sync = true});
    if (!writer) co_return std::unexpected(writer.error());
    const auto whole = co_await (*writer)->finish();
    if (!whole) co_return std::unexpected(whole.error());
    co_return co_await rename(client, target.temporary, target.path, target.overwrite);
}

async_result<void> discard_upload(sftp_client& client, const upload_target& target) {
    auto gone = co_await client.perform(sftp::remove_request{.path = target.temporary.octets()});
    if (!gone && gone.error().code == sftp::errc::no_such_file) co_return base::result<void>{};
    co_return gone;
}

}  // namespace gangway::net
