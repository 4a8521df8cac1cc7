#include "folder_pull.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/transfer/errors.hpp>

#include <utility>

namespace gangway::transfer {
namespace {

/// Octets asked for ahead by each stream.
constexpr std::uint64_t most_ahead = 8UL * 1024 * 1024;

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
    auto done = co_await stream(batch.front());
    if (!done && !client_.usable()) {
        run_.end(std::move(done.error()));
        co_return;
    }
    if (!done) batch.front().failure = std::move(done.error());
    co_await landing_.room();
    landing_.start(std::move(batch));
}

net::async_result<void> folder_pull::stream(written_file& file) {
    auto path = root_.child(file.what.path);
    if (!path) co_return std::unexpected(std::move(path.error()));
    const auto reader =
        co_await net::file_reader::open(client_, std::move(*path), net::read_range{.most_ahead = most_ahead});
    if (!reader) co_return std::unexpected(reader.error());
    if (differs(file.what, (*reader)->attributes())) co_return std::unexpected(source_changed(file.what));
    auto writer = co_await net::run_blocking(run_.blocking, [&] {
        return run_.destination.begin(claim_of(run_, file.what.id), file.what.key, file.what.size);
    });
    if (!writer) co_return std::unexpected(std::move(writer.error()));
    file.writer = std::move(*writer);
    base::crash_point("begun");
    crypto::sha256_hasher hasher;
    std::uint64_t octets = 0;
    for (;;) {
        const auto piece = co_await (*reader)->read();
        if (!piece && piece.error().code == net::errc::remote_changed)
            co_return std::unexpected(source_changed(file.what));
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        octets += piece->size();
        if (octets > file.what.size) break;
        auto written = co_await net::run_blocking(run_.blocking, [&] {
            hasher.update(*piece);
            return file.writer->write(*piece);
        });
        if (!written) co_return std::unexpected(std::move(written.error()));
        base::crash_point("writing");
    }
    base::crash_point("written");
    const auto after = co_await (*reader)->look_again();
    if (octets != file.what.size || (after && differs(file.what, *after)))
        co_return std::unexpected(source_changed(file.what));
    base::crash_point("compared");
    file.sha256 = hasher.finish();
    auto key = settle_key(run_, file.what, file.sha256);
    if (!key) co_return std::unexpected(std::move(key.error()));
    auto finished = co_await net::run_blocking(run_.blocking, [&] { return file.writer->finish(*key, file.sha256); });
    if (finished) base::crash_point("finished");
    co_return finished;
}

}  // namespace gangway::transfer
