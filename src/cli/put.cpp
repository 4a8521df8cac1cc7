#include "json_text.hpp"
#include "local_ends.hpp"
#include "progress_bar.hpp"
#include "transfers.hpp"

#include <gangway/crypto/digest.hpp>
#include <gangway/net/deadline.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/sftp/errors.hpp>

#include <fmt/format.h>

#include <exception>
#include <tuple>
#include <utility>

namespace gangway::cli {
namespace {

using existing = net::writer_options::existing;

/// How long an interrupted command may take to clean up.
constexpr std::chrono::seconds clean_up_time{3};

base::result<model::remote_path> temporary_beside(const model::remote_path& target) {
    std::string name = ".gangway-";
    for (const char octet : crypto::random_bytes(8))
        name += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return target.parent().child(name + ".part");
}

net::async_result<std::unique_ptr<net::file_writer>> open_writer(net::sftp_client& client, model::remote_path path,
                                                                 net::writer_options options, net::stripes how,
                                                                 bool parents) {
    auto writer = co_await net::open_striped_writer(client, path, options, how);
    if (!writer && writer.error().code == sftp::errc::is_a_directory)
        writer.error().message += "; end the URL with / to put the file into it";
    if (writer || !parents || writer.error().code != sftp::errc::no_such_file) co_return writer;
    const auto made = co_await net::make_directory(client, path.parent(), {.parents = true});
    if (!made) co_return std::unexpected(made.error());
    co_return co_await net::open_striped_writer(client, std::move(path), options, std::move(how));
}

net::async_result<std::uint64_t> write_all(net::file_writer& writer, local_source& source, progress_bar& bar) {
    for (;;) {
        const auto piece = co_await source.read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        const auto written = co_await writer.write(*piece);
        if (!written) co_return std::unexpected(written.error());
        bar.advance(writer.acknowledged());
    }
    co_return co_await writer.finish();
}

/// Writes the file under its own name, or under a temporary one that takes its place at the end.
class upload {
  public:
    upload(net::sftp_connection& connection, const request& wanted, model::remote_path path)
        : connection_(connection), client_(*connection.client), wanted_(wanted), path_(std::move(path)) {}

    net::async_result<std::uint64_t> run(local_source& source, progress_bar& bar) {
        const auto& line = wanted_.line;
        net::writer_options options{.mode = wanted_.mode, .sync = line.sync || line.atomic};
        if (line.append) options.when_there = existing::append;
        if (line.atomic || line.no_overwrite) options.when_there = existing::refuse;
        // Looked at again when the file takes its name; but nobody wants to learn it only then.
        if (line.atomic && line.no_overwrite && co_await net::lstat(client_, wanted_.path))
            co_return base::fail(sftp::errc::already_exists, base::phase::sftp, "the target exists already");
        const auto writer = co_await open_writer(client_, path_, options, stripes_for(source), line.parents);
        if (!writer) co_return std::unexpected(writer.error());
        opened_ = true;
        auto written = co_await write_all(**writer, source, bar);
        if (!written) {
            std::ignore = co_await (*writer)->abandon();
        } else if (line.atomic) {
            const auto published = co_await net::rename(client_, path_, wanted_.path, !line.no_overwrite);
            if (!published) co_return std::unexpected(published.error());
        }
        co_return written;
    }

    /// Removes what an upload that failed or was interrupted has left under a temporary name.
    net::awaitable<void> clean_up() {
        if (!opened_ || !wanted_.line.atomic) co_return;
        std::ignore = co_await net::with_deadline(client_.perform(sftp::remove_request{.path = path_.octets()}),
                                                  clean_up_time, base::phase::sftp, "removing the temporary file");
    }

  private:
    [[nodiscard]] net::stripes stripes_for(const local_source& source) const {
        if (!net::takes_writes_in_any_order(connection_.server, client_.features())) return {};
        net::stripes how{.more = net::channels_of(*connection_.link, wanted_.limits.operation), .size = source.size()};
        if (wanted_.line.parallel != 0) {
            how.most = wanted_.line.parallel;
            how.at_once = true;
        }
        return how;
    }

    net::sftp_connection& connection_;
    net::sftp_client& client_;
    const request& wanted_;
    model::remote_path path_;
    bool opened_ = false;
};

base::result<std::unique_ptr<local_source>> open_source(const request& wanted,
                                                        const net::asio::any_io_executor& executor) {
    if (wanted.local) return open_local_file(*wanted.local);
    return make_standard_input(executor);
}

}  // namespace

net::async_result<std::string> put(net::sftp_connection& connection, const request& wanted) {
    const auto source = open_source(wanted, connection.client->executor());
    if (!source) co_return std::unexpected(source.error());
    const auto path = wanted.line.atomic ? temporary_beside(wanted.path) : wanted.path;
    if (!path) co_return std::unexpected(path.error());
    progress_bar bar{!wanted.line.quiet && !wanted.line.json, (*source)->size()};

    upload work{connection, wanted, *path};
    base::result<std::uint64_t> written;
    std::exception_ptr interrupted;
    try {
        written = co_await work.run(**source, bar);
    } catch (...) {
        interrupted = std::current_exception();
    }
    if (interrupted) {
        co_await net::asio::this_coro::reset_cancellation_state();
        co_await work.clean_up();
        std::rethrow_exception(interrupted);
    }
    if (!written) {
        co_await work.clean_up();
        co_return std::unexpected(written.error());
    }
    bar.finish(*written);
    if (!wanted.line.json) co_return std::string{};
    co_return success_json({{"path", wanted.path.octets()}, {"bytesWritten", *written}}) + "\n";
}

}  // namespace gangway::cli
