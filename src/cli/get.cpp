#include "json_text.hpp"
#include "local_ends.hpp"
#include "progress_bar.hpp"
#include "transfers.hpp"

#include <gangway/net/file_stream.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace gangway::cli {

net::async_result<std::string> get(net::sftp_client& client, const request& wanted) {
    const auto reader = co_await net::file_reader::open(client, wanted.path);
    if (!reader) co_return std::unexpected(reader.error());

    base::result<std::unique_ptr<local_sink>> sink;
    if (wanted.local)
        sink = make_local_file(*wanted.local, {.replace = !wanted.line.no_overwrite, .sync = wanted.line.sync});
    else
        sink = make_standard_output(co_await net::asio::this_coro::executor);
    if (!sink) co_return std::unexpected(sink.error());

    const auto& attributes = (*reader)->attributes();
    progress_bar bar{!wanted.line.quiet && !wanted.line.json, attributes.is_regular() ? attributes.size : std::nullopt};
    std::uint64_t done = 0;
    for (;;) {
        const auto piece = co_await (*reader)->read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        const auto written = co_await (*sink)->write(*piece);
        if (!written) co_return std::unexpected(written.error());
        done += piece->size();
        bar.advance(done);
    }
    const auto finished = (*sink)->finish();
    if (!finished) co_return std::unexpected(finished.error());
    bar.finish(done);
    if (!wanted.line.json) co_return std::string{};
    co_return success_json({{"path", wanted.path.octets()}, {"local", wanted.local->native()}, {"bytesRead", done}}) +
        "\n";
}

}  // namespace gangway::cli
