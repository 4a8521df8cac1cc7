#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/sftp/errors.hpp>

#include <utility>

namespace gangway::net {
namespace {

async_result<std::uint64_t> write_once(sftp_client& client, model::remote_path path, std::string_view content,
                                       writer_options options) {
    const auto writer = co_await file_writer::open(client, std::move(path), options);
    if (!writer) co_return std::unexpected(writer.error());
    const auto written = co_await (*writer)->write(content);
    if (!written) {
        std::ignore = co_await (*writer)->abandon();
        co_return std::unexpected(written.error());
    }
    co_return co_await (*writer)->finish();
}

/// Makes the folders above `path` if the first try shows that they are missing.
async_result<std::uint64_t> write_with_parents(sftp_client& client, const model::remote_path& path,
                                               std::string_view content, writer_options options, bool parents) {
    auto written = co_await write_once(client, path, content, options);
    if (written || !parents || written.error().code != sftp::errc::no_such_file) co_return written;
    const auto made = co_await make_directory(client, path.parent(), {.parents = true});
    if (!made) co_return std::unexpected(made.error());
    co_return co_await write_once(client, path, content, options);
}

async_result<std::uint64_t> write_atomically(sftp_client& client, const model::remote_path& path,
                                             std::string_view content, writer_options options, bool parents) {
    auto temporary = temporary_file::beside(client, path);
    if (!temporary) co_return std::unexpected(temporary.error());
    options.sync = true;
    options.when_there = writer_options::existing::refuse;
    auto written = co_await write_with_parents(client, temporary->path(), content, options, parents);
    if (!written) {
        co_await temporary->discard();
        co_return written;
    }
    const auto published = co_await temporary->publish(path, true);
    if (!published) co_return std::unexpected(published.error());
    co_return written;
}

}  // namespace

async_result<file_content> read_file(sftp_client& client, model::remote_path path, std::size_t limit) {
    // One octet more tells whether there is more.
    const auto reader = co_await file_reader::open(client, std::move(path), {.offset = 0, .length = limit + 1});
    if (!reader) co_return std::unexpected(reader.error());
    file_content content;
    for (;;) {
        const auto piece = co_await (*reader)->read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        content.octets.append(*piece);
    }
    content.truncated = content.octets.size() > limit;
    if (content.truncated) content.octets.resize(limit);
    co_return content;
}

async_result<std::uint64_t> write_file(sftp_client& client, model::remote_path path, std::string_view content,
                                       write_options options) {
    writer_options how{.mode = options.mode};
    if (options.append) how.when_there = writer_options::existing::append;
    if (options.atomic) co_return co_await write_atomically(client, path, content, how, options.parents);
    co_return co_await write_with_parents(client, path, content, how, options.parents);
}

}  // namespace gangway::net
