#include "landing.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/blocking.hpp>
#include <gangway/transfer/errors.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

/// Batches on their way at once: while one waits for the disk, another is written.
constexpr std::size_t most_batches = 3;
/// Of destinations that take files one by one.
constexpr std::size_t most_single_files = 8;

std::string hexadecimal(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char octet : octets) {
        text += digits[static_cast<unsigned char>(octet) >> 4U];
        text += digits[static_cast<unsigned char>(octet) & 15U];
    }
    return text;
}

/// On a thread of the pool.
base::result<void> write_whole(const run_scope& run, const arrived_file& file, written_file& out) {
    out.sha256 = crypto::sha256(file.content.octets());
    auto key = settle_key(run, file.what, out.sha256);
    if (!key) return std::unexpected(std::move(key.error()));
    auto writer = run.destination.begin(claim_of(run, file.what.id), *key, file.what.size);
    if (!writer) return std::unexpected(std::move(writer.error()));
    out.writer = std::move(*writer);
    base::crash_point("begun");
    const auto octets = file.content.octets();
    const auto half = octets.size() / 2;
    if (auto done = out.writer->write(octets.substr(0, half)); !done) return done;
    base::crash_point("writing");
    if (auto done = out.writer->write(octets.substr(half)); !done) return done;
    base::crash_point("written");
    base::crash_point("compared");
    if (auto done = out.writer->finish(*key, out.sha256); !done) return done;
    base::crash_point("finished");
    return {};
}

std::vector<written_file> write_all(const run_scope& run, std::vector<arrived_file> batch) {
    std::vector<written_file> written;
    written.reserve(batch.size());
    for (auto& file : batch) {
        auto& out = written.emplace_back();
        if (auto done = write_whole(run, file, out); !done) out.failure = std::move(done.error());
        out.what = std::move(file.what);
    }
    return written;
}

/// Those of `batch` that are still on their way.
std::vector<written_file*> healthy(std::vector<written_file>& batch) {
    std::vector<written_file*> all;
    for (auto& file : batch)
        if (!file.failure) all.push_back(&file);
    return all;
}

std::vector<sink::writer*> writers_of(const std::vector<written_file*>& files) {
    std::vector<sink::writer*> all;
    for (const auto* file : files)
        all.push_back(file->writer.get());
    return all;
}

std::vector<std::string> ids_of(const std::vector<written_file*>& files) {
    std::vector<std::string> all;
    for (const auto* file : files)
        all.push_back(file->what.id);
    return all;
}

}  // namespace

base::result<model::destination_key> settle_key(const run_scope& run, const wanted_file& file,
                                                const std::string& sha256) {
    if (!file.expected_sha256.empty() && file.expected_sha256 != sha256)
        return base::fail(errc::checksum_mismatch, base::phase::sftp,
                          base::escape(file.path) + " has the SHA-256 " + hexadecimal(sha256) +
                              ", but the file beside it tells " + hexadecimal(file.expected_sha256));
    if (file.key) return *file.key;
    const auto& zone = *run.rules.zone;
    const auto now = std::chrono::floor<std::chrono::seconds>(run.now());
    key_values values{.path = file.path,
                      .connection = run.order.connection.name,
                      .folder = run.order.folder.name,
                      .version = file.version,
                      .date = model::to_local(zone, now)};
    if (file.mtime) values.mtime = model::to_local(zone, std::chrono::sys_seconds{std::chrono::seconds{*file.mtime}});
    const auto digits = hexadecimal(sha256);
    values.sha256 = digits;
    return run.rules.keys.render(values);
}

sink::claim claim_of(const run_scope& run, const std::string& id) {
    return {.row = id, .fence = static_cast<std::uint64_t>(run.order.lease.fence)};
}

landing::landing(run_scope& run, net::asio::any_io_executor strand)
    : run_(run),
      strand_(std::move(strand)),
      changed_(strand_),
      batch_size_(std::max<std::size_t>(run.destination.batch_size(), 1)),
      most_(batch_size_ == 1 ? most_single_files : most_batches) {
}

net::awaitable<void> landing::room() {
    while (running_ >= most_) {
        changed_.expires_at(net::asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await changed_.async_wait(net::asio::redirect_error(net::asio::use_awaitable, woken));
    }
}

void landing::start(std::vector<arrived_file> batch) {
    spawn(write_and_land(std::move(batch)));
}

void landing::start(std::vector<written_file> batch) {
    spawn(land(std::move(batch)));
}

void landing::spawn(net::awaitable<void> work) {
    ++running_;
    net::asio::co_spawn(strand_, std::move(work), [this](std::exception_ptr thrown) {
        if (thrown && !broken_) broken_ = thrown;
        --running_;
        changed_.cancel();
    });
}

net::awaitable<void> landing::settle() {
    while (running_ > 0) {
        changed_.expires_at(net::asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await changed_.async_wait(net::asio::redirect_error(net::asio::use_awaitable, woken));
    }
    if (broken_) std::rethrow_exception(std::exchange(broken_, nullptr));
}

net::awaitable<void> landing::write_and_land(std::vector<arrived_file> batch) {
    if (!run_.may_write()) co_return;
    auto written = co_await net::run_blocking(
        run_.blocking, [this, batch = std::move(batch)]() mutable { return write_all(run_, std::move(batch)); });
    co_await land(std::move(written));
}

net::awaitable<void> landing::land(std::vector<written_file> batch) {
    co_await stage(batch);
    bool goes_on = co_await note_fetched(batch);
    if (goes_on) {
        co_await publish(batch);
        goes_on = co_await note_recorded(batch);
    }
    if (goes_on || run_.may_write()) co_await note_failures(batch);
    // Where a part has to be removed over the network, that takes its time.
    co_await net::run_blocking(run_.blocking, [batch = std::move(batch)]() mutable {
        batch.clear();
        return true;
    });
}

net::awaitable<void> landing::stage(std::vector<written_file>& batch) {
    const auto files = healthy(batch);
    if (files.empty() || !run_.may_write()) co_return;
    const auto writers = writers_of(files);
    auto answers = co_await net::run_blocking(run_.blocking, [&] { return run_.destination.stage(writers); });
    base::crash_point("staged");
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (answers[i])
            files[i]->staged = std::move(*answers[i]);
        else
            files[i]->failure = std::move(answers[i].error());
    }
}

/// False if the run is over: nothing more is to be done or written.
net::awaitable<bool> landing::note_fetched(std::vector<written_file>& batch) {
    if (!run_.may_write()) co_return false;
    const auto files = healthy(batch);
    if (files.empty()) co_return true;
    std::vector<store::files::fetched_file> rows;
    for (const auto* file : files)
        rows.push_back({.id = file->what.id,
                        .sha256 = hexadecimal(file->sha256),
                        .destination_key = file->staged->key.text(),
                        .evidence = file->staged->evidence});
    base::crash_point("fetching");
    const auto noted = co_await run_.ledger.fetch(rows);
    if (!run_.went_well(noted)) co_return false;
    base::crash_point("fetched");
    for (std::size_t i = 0; i < files.size(); ++i) {
        open.erase(files[i]->what.id);
        if (!(*noted)[i])
            files[i]->failure = base::error{errc::lease_lost, base::phase::storage, "the row is not this run's"};
    }
    co_return true;
}

net::awaitable<void> landing::publish(std::vector<written_file>& batch) {
    const auto files = healthy(batch);
    if (files.empty()) co_return;
    const auto writers = writers_of(files);
    auto answers = co_await net::run_blocking(run_.blocking, [&] { return run_.destination.publish(writers); });
    for (std::size_t i = 0; i < files.size(); ++i)
        if (!answers[i]) files[i]->failure = std::move(answers[i].error());
}

net::awaitable<bool> landing::note_recorded(std::vector<written_file>& batch) {
    const auto files = healthy(batch);
    if (files.empty()) co_return true;
    const auto ids = ids_of(files);
    base::crash_point("publishing");
    if (!run_.went_well(co_await run_.ledger.publish(ids))) co_return false;
    base::crash_point("published");
    const bool leaves = std::holds_alternative<model::leave_source>(run_.order.settings.rules.after);
    base::crash_point("recording");
    const auto post = leaves ? store::post_state::none : store::post_state::pending;
    if (!run_.went_well(co_await run_.ledger.record(ids, post))) co_return false;
    base::crash_point("recorded");
    for (const auto* file : files) {
        ++run_.progress.pulled;
        run_.progress.octets += file->what.size;
    }
    co_return true;
}

/// What was known to be staged may have been published: it stays `fetched`, and is asked about by the next run.
net::awaitable<void> landing::note_failures(std::vector<written_file>& batch) {
    std::vector<run_ledger::setback> failed, postponed;
    std::vector<const written_file*> conflicts;
    for (const auto& file : batch) {
        if (!file.failure) continue;
        open.erase(file.what.id);
        const auto& why = *file.failure;
        auto setback = run_.failure(file.what, why);
        if (concerns_all(why)) run_.end(why);
        if (why.code == errc::lease_lost || why.code == sink::errc::fenced_off) continue;
        if (!file.staged) {
            failed.push_back(std::move(setback));
        } else if (why.code == sink::errc::conflict) {
            failed.push_back(std::move(setback));
            conflicts.push_back(&file);
        } else {
            postponed.push_back(std::move(setback));
        }
    }
    if (!failed.empty() && !run_.went_well(co_await run_.ledger.fail(failed))) co_return;
    if (!postponed.empty() && !run_.went_well(co_await run_.ledger.postpone(postponed))) co_return;
    if (!failed.empty()) base::crash_point("discarding");
    for (const auto* file : conflicts)
        static_cast<void>(
            co_await net::run_blocking(run_.blocking, [&] { return run_.destination.discard(*file->staged); }));
}

}  // namespace gangway::transfer
