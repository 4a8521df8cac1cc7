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

base::result<void> write_gzip(const run_scope& run, const arrived_file& file, written_file& out) {
    auto writer = run.destination.begin(claim_of(run, file.what.id), file.what.key, std::nullopt);
    if (!writer) return std::unexpected(std::move(writer.error()));
    out.writer = std::move(*writer);
    base::crash_point("begun");
    content_intake intake{unpacking_of(run, file.what), file.what.size};
    if (auto done = intake.write(file.content.octets(), *out.writer); !done) return done;
    base::crash_point("writing");
    if (auto done = intake.finish(); !done) return done;
    base::crash_point("written");
    base::crash_point("compared");
    out.unpacked = intake.unpacked();
    const auto key = settle_key(run, file.what, intake.published_sha256());
    if (auto done = out.writer->finish(key, intake.published_sha256()); !done) return done;
    base::crash_point("finished");
    return {};
}

/// On a thread of the pool.
base::result<void> write_whole(const run_scope& run, const arrived_file& file, written_file& out) {
    out.sha256 = crypto::sha256(file.content.octets());
    if (auto same = compare_checksum(file.what, out.sha256); !same) return same;
    switch (unpacking_of(run, file.what)) {
        case model::unpacking::none:
            break;
        case model::unpacking::gzip:
            return write_gzip(run, file, out);
        case model::unpacking::zip:
            return write_archive(run, packed_archive{file.content.octets()}, out);
    }
    const auto key = settle_key(run, file.what, out.sha256);
    auto writer = run.destination.begin(claim_of(run, file.what.id), key, file.what.size);
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
    if (auto done = out.writer->finish(key, out.sha256); !done) return done;
    base::crash_point("finished");
    return {};
}

std::vector<written_file> write_all(const run_scope& run, std::vector<arrived_file> batch) {
    std::vector<written_file> written;
    written.reserve(batch.size());
    for (auto& file : batch) {
        auto& out = written.emplace_back();
        out.what = file.what;
        if (auto done = write_whole(run, file, out); !done) out.failure = std::move(done.error());
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
/// Of these, what is one file at the destination.
std::vector<written_file*> single(std::vector<written_file>& batch) {
    auto all = healthy(batch);
    std::erase_if(all, [](const written_file* file) { return file->is_archive(); });
    return all;
}

/// What the ledger keeps of a file that is staged.
store::files::fetched_file fetched_row(const run_scope& run, const written_file& file) {
    store::files::fetched_file row{
        .id = file.what.id, .sha256 = hexadecimal(file.sha256), .destination_key = std::nullopt};
    if (file.staged) {
        row.destination_key = file.staged->key.text();
        row.evidence = file.staged->evidence;
    } else {
        row.evidence = sink::claim_text(claim_of(run, file.what.id));
    }
    if (!file.unpacked) return row;
    row.unpacked = model::to_string(file.unpacked->how);
    row.unpacked_size = static_cast<std::int64_t>(file.unpacked->size);
    if (!file.unpacked->sha256.empty()) row.unpacked_sha256 = hexadecimal(file.unpacked->sha256);
    return row;
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

std::string hexadecimal(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char octet : octets) {
        text += digits[static_cast<unsigned char>(octet) >> 4U];
        text += digits[static_cast<unsigned char>(octet) & 15U];
    }
    return text;
}

base::result<void> write_archive(const run_scope& run, const packed_archive& from, written_file& out) {
    auto entries = unpack_zip(run, out.what, from);
    if (!entries) return std::unexpected(std::move(entries.error()));
    out.entries = std::move(*entries);
    out.unpacked = unpacked_content{.how = model::unpacking::zip};
    for (const auto& entry : out.entries)
        out.unpacked->size += static_cast<std::uint64_t>(entry.row.size);
    return {};
}

model::unpacking unpacking_of(const run_scope& run, const wanted_file& file) noexcept {
    return unpacking_of(run.order.settings.rules.unpack, file.path);
}

base::result<void> compare_checksum(const wanted_file& file, const std::string& sha256) {
    if (file.expected_sha256.empty() || file.expected_sha256 == sha256) return {};
    return base::fail(errc::checksum_mismatch, base::phase::sftp,
                      base::escape(file.path) + " has the SHA-256 " + hexadecimal(sha256) +
                          ", but the file beside it tells " + hexadecimal(file.expected_sha256));
}

model::destination_key settle_key(const run_scope& run, const wanted_file& file, const std::string& sha256) {
    if (file.key) return *file.key;
    return render_key(run, file, unpacked_path(run.order.settings.rules.unpack, file.path), sha256);
}

model::destination_key render_key(const run_scope& run, const wanted_file& file, std::string_view path,
                                  const std::string& sha256) {
    const auto& zone = *run.rules.zone;
    const auto now = std::chrono::floor<std::chrono::seconds>(run.now());
    key_values values{.path = path,
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
    const auto files = single(batch);
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
    std::vector<run_ledger::staged_archive> archives;
    for (const auto* file : files) {
        rows.push_back(fetched_row(run_, *file));
        if (!file->is_archive()) continue;
        auto& archive = archives.emplace_back(run_ledger::staged_archive{.id = file->what.id, .entries = {}});
        for (const auto& entry : file->entries)
            archive.entries.push_back(entry.row);
    }
    base::crash_point("fetching");
    const auto noted = co_await run_.ledger.fetch(rows, archives);
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
    const auto files = single(batch);
    if (!files.empty()) {
        const auto writers = writers_of(files);
        auto answers = co_await net::run_blocking(run_.blocking, [&] { return run_.destination.publish(writers); });
        for (std::size_t i = 0; i < files.size(); ++i)
            if (!answers[i]) files[i]->failure = std::move(answers[i].error());
    }
    for (auto* archive : healthy(batch))
        if (archive->is_archive()) co_await publish_entries(*archive);
}

/// In the order of the archive. What was published is noted before the next ones are, so that a try that fails in
/// between repeats none of them.
net::awaitable<void> landing::publish_entries(written_file& archive) {
    auto& all = archive.entries;
    for (std::size_t at = 0; at < all.size() && !archive.failure;) {
        std::vector<sink::writer*> writers;
        std::vector<std::int64_t> positions;
        for (; at < all.size() && writers.size() < batch_size_; ++at) {
            if (!all[at].writer) continue;
            writers.push_back(all[at].writer.get());
            positions.push_back(all[at].row.position);
        }
        if (writers.empty()) break;
        auto answers = co_await net::run_blocking(run_.blocking, [&] { return run_.destination.publish(writers); });
        std::vector<std::int64_t> published;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (answers[i]) {
                published.push_back(positions[i]);
                all[static_cast<std::size_t>(positions[i])].staged.reset();
            } else if (!archive.failure) {
                archive.failure = std::move(answers[i].error());
            }
        }
        base::crash_point("entries_publishing");
        const auto noted = co_await run_.ledger.publish_entries(archive.what.id, published);
        if (!run_.went_well(noted) || !*noted) {
            archive.failure = noted ? lease_lost() : noted.error();
            co_return;
        }
        base::crash_point("entries_published");
    }
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
        if (!file.staged && file.entries.empty()) {
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
        co_await discard(*file);
}

net::awaitable<void> landing::discard(const written_file& refused) {
    co_await net::run_blocking(run_.blocking, [&] {
        if (refused.staged) static_cast<void>(run_.destination.discard(*refused.staged));
        for (const auto& entry : refused.entries)
            if (entry.staged) static_cast<void>(run_.destination.discard(*entry.staged));
        return true;
    });
}

}  // namespace gangway::transfer
