#include "json_text.hpp"
#include "local_ends.hpp"
#include "progress_bar.hpp"
#include "transfers.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>
#include <vector>

namespace gangway::cli {
namespace {

base::error changed() {
    return {net::errc::remote_changed, base::phase::sftp,
            "the file on the server changed while it was transferred: get it again"};
}

/// One download, from where an earlier one stopped if that is wanted.
class download {
  public:
    download(net::sftp_client& client, const request& wanted) : client_(client), wanted_(wanted) {}

    /// Opens both ends.
    net::async_result<void> open() {
        if (wanted_.line.resume) {
            const auto found = co_await open_partial();
            if (!found) co_return found;
        }
        auto reader = co_await net::file_reader::open(client_, wanted_.path, {.offset = sink_ ? sink_->already() : 0});
        if (!reader) co_return std::unexpected(reader.error());
        reader_ = std::move(*reader);
        if (version_ && version_of(reader_->attributes()) != *version_) co_return std::unexpected(changed());
        if (sink_) co_return base::result<void>{};
        if (wanted_.local) co_return keep(make_local_file(*wanted_.local, options()));
        sink_ = make_standard_output(co_await net::asio::this_coro::executor);
        co_return base::result<void>{};
    }

    /// Returns how many octets the file has.
    net::async_result<std::uint64_t> run() {
        const auto& about = reader_->attributes();
        progress_bar bar{!wanted_.line.quiet && !wanted_.line.json, about.is_regular() ? about.size : std::nullopt};
        bar.skip(sink_->already());
        auto done = sink_->already();
        for (;;) {
            const auto piece = co_await reader_->read();
            if (!piece) co_return std::unexpected(piece.error());
            if (piece->empty()) break;
            const auto written = co_await sink_->write(*piece);
            if (!written) co_return std::unexpected(written.error());
            done += piece->size();
            bar.advance(done);
        }
        const auto still = co_await still_the_same();
        if (!still) co_return std::unexpected(still.error());
        const auto finished = sink_->finish();
        if (!finished) co_return std::unexpected(finished.error());
        bar.finish(done);
        co_return done;
    }

    [[nodiscard]] std::uint64_t resumed_at() const noexcept { return sink_->already(); }

  private:
    net::async_result<void> open_partial() {
        const auto there = co_await net::stat(client_, wanted_.path);
        if (!there) co_return std::unexpected(there.error());
        version_ = version_of(*there);
        auto how = options();
        how.partial = partial_name(wanted_.path.octets(), *version_);
        auto kept = keep(make_local_file(*wanted_.local, std::move(how)));
        if (kept && sink_->already() > version_->size) co_return std::unexpected(changed());
        co_return kept;
    }
    [[nodiscard]] local_file_options options() const {
        return {.replace = !wanted_.line.no_overwrite, .sync = wanted_.line.sync, .partial = {}};
    }
    base::result<void> keep(base::result<std::unique_ptr<local_sink>> sink) {
        if (!sink) return std::unexpected(sink.error());
        sink_ = std::move(*sink);
        return {};
    }

    /// A resumed file is put together from two transfers: it must not have changed under the second one either.
    net::async_result<void> still_the_same() {
        if (!version_) co_return base::result<void>{};
        const auto now = co_await reader_->look_again();
        if (!now) co_return std::unexpected(now.error());
        if (version_of(*now) == *version_) co_return base::result<void>{};
        sink_->spoil();
        co_return std::unexpected(changed());
    }

    net::sftp_client& client_;
    const request& wanted_;
    std::optional<file_version> version_{};  ///< what is resumed
    std::unique_ptr<local_sink> sink_{};
    std::unique_ptr<net::file_reader> reader_{};
};

}  // namespace

net::async_result<std::string> get(net::sftp_client& client, const request& wanted) {
    download work{client, wanted};
    const auto opened = co_await work.open();
    if (!opened) co_return std::unexpected(opened.error());
    auto done = co_await work.run();
    if (!done && wanted.line.resume && done.error().code != net::errc::remote_changed) say_what_is_kept(done.error());
    if (!done) co_return std::unexpected(std::move(done.error()));
    if (!wanted.line.json) co_return std::string{};
    std::vector<success_field> told{
        {"path", wanted.path.octets()}, {"local", wanted.local->native()}, {"bytesRead", *done}};
    if (wanted.line.resume) told.emplace_back("resumedAt", work.resumed_at());
    co_return success_json(told) + "\n";
}

}  // namespace gangway::cli
