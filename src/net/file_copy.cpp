#include "remote_handle.hpp"
#include "typed_call.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_copy.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace gangway::net {
namespace {

/// Octets of one COPY_DATA: while the server copies, it answers nothing else and nothing moves, so each must end well
/// within the time without progress that a session is allowed.
constexpr std::uint64_t piece = 64UL * 1024 * 1024;
constexpr std::size_t pieces_in_flight = 2;

using outcome = base::result<copy_outcome>;

std::optional<std::uint32_t> mode_of(const sftp::attributes& attributes) {
    if (!attributes.permissions) return std::nullopt;
    return *attributes.permissions & 0777;
}

/// Both handles are open at once; the writer's `finish` checks the size.
async_result<std::uint64_t> stream(file_reader& from, file_writer& to) {
    for (;;) {
        const auto octets = co_await from.read();
        if (!octets) co_return std::unexpected(octets.error());
        if (octets->empty()) co_return co_await to.finish();
        const auto written = co_await to.write(*octets);
        if (!written) co_return std::unexpected(written.error());
    }
}

outcome streamed_outcome(base::result<std::uint64_t> octets) {
    if (!octets) return std::unexpected(std::move(octets.error()));
    return copy_outcome{.octets = *octets};
}

async_result<copy_outcome> copy_by_streaming(sftp_client& client, model::remote_path from,
                                             const model::remote_path& temporary) {
    const auto reader = co_await file_reader::open(client, std::move(from));
    if (!reader) co_return std::unexpected(reader.error());
    const auto writer = co_await file_writer::open(
        client, temporary,
        {.when_there = writer_options::existing::refuse, .mode = mode_of((*reader)->attributes()), .sync = true});
    if (!writer) co_return std::unexpected(writer.error());
    co_return streamed_outcome(co_await stream(**reader, **writer));
}

async_result<std::string> open_handle(sftp_client& client, const model::remote_path& path, std::uint32_t flags,
                                      sftp::attributes attributes = {}) {
    co_return co_await typed_call(client,
                                  sftp::open_request{.path = path.octets(), .flags = flags, .attrs = attributes},
                                  [](const sftp::handle_reply& reply) { return std::string{reply.handle}; });
}

async_result<void> copy_pieces(sftp_client& client, const std::string& from, const std::string& to,
                               std::uint64_t size) {
    call_pipeline copies{client};
    for (std::uint64_t offset = 0; offset < size || copies.outstanding() > 0;) {
        if (offset < size && copies.outstanding() < pieces_in_flight) {
            const auto length = std::min(piece, size - offset);
            const auto started = copies.start(sftp::copy_data_request{
                .from_handle = from, .from_offset = offset, .length = length, .to_handle = to, .to_offset = offset});
            if (!started) co_return started;
            offset += length;
            continue;
        }
        const auto ended = co_await copies.next();
        if (!ended.answer) co_return std::unexpected(ended.answer.error());
        if (auto copied = ended.answer->succeeded(); !copied) co_return copied;
    }
    co_return base::result<void>{};
}

async_result<void> copied_whole(sftp_client& client, const std::string& handle, std::uint64_t wanted) {
    if (client.features().fsync) {
        const auto synced = co_await client.perform(sftp::fsync_request{.handle = handle});
        if (!synced) co_return synced;
    }
    const auto there = co_await attributes_call(client, sftp::fstat_request{.handle = handle});
    if (!there) co_return std::unexpected(there.error());
    if (there->size == wanted) co_return base::result<void>{};
    co_return base::fail(errc::incomplete_write, base::phase::sftp,
                         "the server says that it copied everything, but the copy has " +
                             std::to_string(there->size.value_or(0)) + " of " + std::to_string(wanted) + " octets");
}

async_result<copy_outcome> copy_on_server(sftp_client& client, const model::remote_path& from,
                                          const model::remote_path& temporary) {
    const auto source = co_await open_handle(client, from, sftp::open_flag::read);
    if (!source) co_return std::unexpected(source.error());
    const remote_handle reading{client, *source};
    const auto about = co_await attributes_call(client, sftp::fstat_request{.handle = *source});
    if (!about) co_return std::unexpected(about.error());
    // What has no size of its own can only be read to its end.
    if (!about->size || *about->size == 0 || (about->type_known() && !about->is_regular()))
        co_return base::fail(sftp::errc::op_unsupported, base::phase::sftp, "COPY_DATA was not sent: no size is known");
    const auto target = co_await open_handle(
        client, temporary, sftp::open_flag::write | sftp::open_flag::create | sftp::open_flag::exclusive,
        {.permissions = mode_of(*about)});
    if (!target) co_return std::unexpected(target.error());
    remote_handle writing{client, *target};
    auto copied = co_await copy_pieces(client, *source, *target, *about->size);
    if (copied) copied = co_await copied_whole(client, *target, *about->size);
    const auto closed = co_await writing.close();
    if (copied) copied = closed;
    if (!copied) co_return std::unexpected(copied.error());
    co_return copy_outcome{.octets = *about->size, .by_server = true};
}

/// Whether streaming may do what the server's own copying did not.
bool may_be_streamed(const base::error& failure) {
    return failure.code == sftp::errc::op_unsupported || failure.code == sftp::errc::failure ||
           failure.code == sftp::errc::bad_message || failure.code == sftp::errc::other_status ||
           failure.code == errc::incomplete_write;
}

async_result<copy_outcome> copy_to(sftp_client& client, const model::remote_path& from, temporary_file& temporary) {
    if (client.features().copy_data) {
        auto done = co_await copy_on_server(client, from, temporary.path());
        if (done || !may_be_streamed(done.error())) co_return done;
        std::ignore = co_await client.perform(sftp::remove_request{.path = temporary.path().octets()});
    }
    co_return co_await copy_by_streaming(client, from, temporary.path());
}

/// What can be refused before anything is copied.
async_result<void> look_first(sftp_client& client, const model::remote_path& from, const model::remote_path& to,
                              bool overwrite) {
    const auto source = co_await stat(client, from);
    if (!source) co_return std::unexpected(source.error());
    if (source->is_directory())
        co_return base::fail(sftp::errc::is_a_directory, base::phase::sftp,
                             "nothing was copied: the path is a folder, and only files can be copied");
    const auto target = co_await lstat(client, to);
    if (!target) co_return base::result<void>{};
    if (target->is_directory())
        co_return base::fail(sftp::errc::is_a_directory, base::phase::sftp,
                             "nothing was copied: the target is a folder; name the file in it");
    if (overwrite) co_return base::result<void>{};
    co_return base::fail(sftp::errc::already_exists, base::phase::sftp,
                         "nothing was copied: the target exists already (ask for overwrite to replace it)");
}

}  // namespace

async_result<copy_outcome> copy_file(sftp_client& client, model::remote_path from, model::remote_path to,
                                     bool overwrite) {
    const auto clear = co_await look_first(client, from, to, overwrite);
    if (!clear) co_return std::unexpected(clear.error());
    auto temporary = temporary_file::beside(client, to);
    if (!temporary) co_return std::unexpected(temporary.error());
    auto done = co_await copy_to(client, from, *temporary);
    if (!done) {
        co_await temporary->discard();
        co_return done;
    }
    const auto published = co_await temporary->publish(std::move(to), overwrite);
    if (!published) co_return std::unexpected(published.error());
    co_return done;
}

}  // namespace gangway::net
