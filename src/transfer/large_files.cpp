#include "folder_pull.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/transfer/errors.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace gangway::transfer {
namespace {

/// Octets asked for ahead by each stream.
constexpr std::uint64_t most_ahead = 8UL * 1024 * 1024;

net::async_result<std::unique_ptr<net::file_reader>> open_source(net::sftp_client& client,
                                                                 const model::remote_path& root,
                                                                 const wanted_file& file) {
    auto path = root.child(file.path);
    if (!path) co_return std::unexpected(std::move(path.error()));
    auto reader = co_await net::file_reader::open(client, std::move(*path), net::read_range{.most_ahead = most_ahead});
    if (reader && differs(file, (*reader)->attributes())) co_return std::unexpected(source_changed(file));
    co_return reader;
}

/// Hands each piece to `take`, on the pool, and compares what the server shows afterwards.
net::async_result<void> copy(run_scope& run, net::file_reader& from, const wanted_file& file,
                             std::function<base::result<void>(std::string_view)> take) {
    std::uint64_t octets = 0;
    for (;;) {
        const auto piece = co_await from.read();
        if (!piece && piece.error().code == net::errc::remote_changed) co_return std::unexpected(source_changed(file));
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        octets += piece->size();
        if (octets > file.size) break;
        auto taken = co_await net::run_blocking(run.blocking, [&] { return take(*piece); });
        if (!taken) co_return taken;
        base::crash_point("writing");
    }
    base::crash_point("written");
    const auto after = co_await from.look_again();
    if (octets != file.size || (after && differs(file, *after))) co_return std::unexpected(source_changed(file));
    base::crash_point("compared");
    co_return base::result<void>{};
}

}  // namespace

net::awaitable<void> folder_pull::pull_large_in_turn() {
    while (!large_.empty() && !run_.over()) {
        auto file = std::move(large_.front());
        large_.pop_front();
        co_await pull_large(std::move(file));
    }
}

net::awaitable<void> folder_pull::pull_large(wanted_file what) {
    std::vector<written_file> batch;
    batch.push_back({.what = std::move(what)});
    const bool is_archive = unpacking_of(run_, batch.front().what) == model::unpacking::zip;
    auto done = is_archive ? co_await stream_archive(batch.front()) : co_await stream(batch.front());
    if (!done && !client_.usable()) {
        run_.end(std::move(done.error()));
        co_return;
    }
    if (!done) batch.front().failure = std::move(done.error());
    co_await landing_.room();
    landing_.start(std::move(batch));
}

net::async_result<void> folder_pull::stream(written_file& file) {
    const auto reader = co_await open_source(client_, root_, file.what);
    if (!reader) co_return std::unexpected(reader.error());
    const auto how = unpacking_of(run_, file.what);
    const auto size = how == model::unpacking::none ? std::optional{file.what.size} : std::nullopt;
    auto writer = co_await net::run_blocking(
        run_.blocking, [&] { return run_.destination.begin(claim_of(run_, file.what.id), file.what.key, size); });
    if (!writer) co_return std::unexpected(std::move(writer.error()));
    file.writer = std::move(*writer);
    base::crash_point("begun");
    content_intake intake{how, file.what.size};
    auto copied = co_await copy(run_, **reader, file.what,
                                [&](std::string_view piece) { return intake.write(piece, *file.writer); });
    if (!copied) co_return copied;
    const auto whole = intake.finish();
    file.sha256 = intake.arrived_sha256();
    // What the sender says of it tells more than that it cannot be unpacked.
    if (auto same = compare_checksum(file.what, file.sha256); !same) co_return same;
    if (!whole) co_return whole;
    file.unpacked = intake.unpacked();
    const auto key = settle_key(run_, file.what, intake.published_sha256());
    auto finished =
        co_await net::run_blocking(run_.blocking, [&] { return file.writer->finish(key, intake.published_sha256()); });
    if (finished) base::crash_point("finished");
    co_return finished;
}

/// Its directory lies at its end: it is here as a whole before anything of it goes to the destination.
net::async_result<void> folder_pull::stream_archive(written_file& file) {
    const auto reader = co_await open_source(client_, root_, file.what);
    if (!reader) co_return std::unexpected(reader.error());
    auto kept = co_await net::run_blocking(run_.blocking, [&] { return packed_archive::on_disk(run_.scratch); });
    if (!kept) co_return std::unexpected(std::move(kept.error()));
    crypto::sha256_hasher hasher;
    auto copied = co_await copy(run_, **reader, file.what, [&](std::string_view piece) {
        hasher.update(piece);
        return kept->append(piece);
    });
    if (!copied) co_return copied;
    file.sha256 = hasher.finish();
    if (auto same = compare_checksum(file.what, file.sha256); !same) co_return same;
    co_return co_await net::run_blocking(run_.blocking, [&] { return write_archive(run_, *kept, file); });
}

}  // namespace gangway::transfer
