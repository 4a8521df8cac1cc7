#include "json_text.hpp"
#include "local_ends.hpp"
#include "progress_bar.hpp"
#include "transfers.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>
#include <vector>

namespace gangway::cli {
namespace {

using existing = net::writer_options::existing;

/// How long an interrupted command may take to clean up.
constexpr std::chrono::seconds clean_up_time{3};

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

/// Returns how many octets were written, after the `already` ones that had been before.
net::async_result<std::uint64_t> write_all(net::file_writer& writer, local_source& source, progress_bar& bar,
                                           std::uint64_t already) {
    for (;;) {
        const auto piece = co_await source.read();
        if (!piece) co_return std::unexpected(piece.error());
        if (piece->empty()) break;
        const auto written = co_await writer.write(*piece);
        if (!written) co_return std::unexpected(written.error());
        bar.advance(already + writer.acknowledged());
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
        const auto version = source.version();
        net::writer_options options{.mode = wanted_.mode, .sync = line.sync || under_another_name()};
        if (line.append) options.when_there = existing::append;
        if (under_another_name() || line.no_overwrite) options.when_there = existing::refuse;
        // Looked at again when the file takes its name; but nobody wants to learn it only then.
        if (under_another_name() && line.no_overwrite && co_await net::lstat(client_, wanted_.path))
            co_return base::fail(sftp::errc::already_exists, base::phase::sftp, "the target exists already");
        if (line.resume) {
            const auto found = co_await go_on(source, options);
            if (!found) co_return std::unexpected(found.error());
        }
        const auto how = stripes_for(source);
        net::ask_for_stripes(connection_, how);
        const auto writer = co_await open_writer(client_, path_, options, how, line.parents);
        if (!writer) co_return std::unexpected(writer.error());
        opened_ = true;
        bar.skip(options.offset);
        auto written = co_await write_all(**writer, source, bar, options.offset);
        if (!written) {
            std::ignore = co_await (*writer)->abandon();
            if (line.resume) say_what_is_kept(written.error());
            co_return written;
        }
        if (line.resume && source.version() != version) {
            spoiled_ = true;
            co_return base::fail(std::make_error_code(std::errc::interrupted), base::phase::storage,
                                 "the local file changed while it was sent: put it again");
        }
        if (under_another_name()) {
            const auto published = co_await net::rename(client_, path_, wanted_.path, !line.no_overwrite);
            if (!published) co_return std::unexpected(published.error());
        }
        co_return *written + options.offset;
    }

    [[nodiscard]] std::uint64_t resumed_at() const noexcept { return resumed_at_; }

    /// Removes what an upload that failed or was interrupted has left under a temporary name.
    net::awaitable<void> clean_up() {
        if (!opened_ || !under_another_name() || (wanted_.line.resume && !spoiled_)) co_return;
        std::ignore = co_await net::with_deadline(client_.perform(sftp::remove_request{.path = path_.octets()}),
                                                  clean_up_time, base::phase::sftp, "removing the temporary file");
    }

  private:
    [[nodiscard]] bool under_another_name() const noexcept { return wanted_.line.atomic || wanted_.line.resume; }

    /// Finds what an earlier upload left. The last octets of it may have holes between them, so they are sent again.
    net::async_result<void> go_on(local_source& source, net::writer_options& options) {
        const auto left = co_await net::lstat(client_, path_);
        if (!left && left.error().code == sftp::errc::no_such_file) co_return base::result<void>{};
        if (!left) co_return std::unexpected(left.error());
        const auto size = left->size.value_or(0);
        if (!left->is_regular() || size > source.size().value_or(0))
            co_return base::fail(sftp::errc::already_exists, base::phase::sftp,
                                 "something else has the name of the file to be resumed");
        options.when_there = existing::resume;
        options.offset = resumed_at_ = size - std::min(size, net::resume_reach);
        co_return source.seek(resumed_at_);
    }

    [[nodiscard]] net::stripes stripes_for(const local_source& source) const {
        net::stripes how{.size = source.size()};
        if (wanted_.line.resume) how.reach = net::resume_reach;
        how.more = net::channels_of(connection_, wanted_.limits.operation);
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
    std::uint64_t resumed_at_ = 0;
    bool opened_ = false;
    bool spoiled_ = false;  ///< is what was written worth nothing?
};

base::result<std::unique_ptr<local_source>> open_source(const request& wanted,
                                                        const net::asio::any_io_executor& executor) {
    if (wanted.local) return open_local_file(*wanted.local);
    return make_standard_input(executor);
}

/// Under which name the file is written.
base::result<model::remote_path> name_for(const request& wanted, const local_source& source) {
    if (wanted.line.resume) {
        const auto version = source.version();
        if (!version)
            return base::fail(std::make_error_code(std::errc::invalid_argument), base::phase::request,
                              "only a plain file can be resumed");
        return wanted.path.parent().child(partial_name(wanted.path.octets(), *version));
    }
    return wanted.line.atomic ? net::temporary_name_beside(wanted.path) : wanted.path;
}

}  // namespace

net::async_result<std::string> put(net::sftp_connection& connection, const request& wanted) {
    const auto source = open_source(wanted, connection.client->executor());
    if (!source) co_return std::unexpected(source.error());
    const auto path = name_for(wanted, **source);
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
    std::vector<success_field> told{{"path", wanted.path.octets()}, {"bytesWritten", *written}};
    if (wanted.line.resume) told.emplace_back("resumedAt", work.resumed_at());
    co_return success_json(told) + "\n";
}

}  // namespace gangway::cli
