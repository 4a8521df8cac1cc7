#include "zip_unpacking.hpp"

#include "key_claims.hpp"
#include "landing.hpp"
#include "unpack_rules.hpp"

#include <gangway/archive/zip_reader.hpp>
#include <gangway/base/crash_point.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/transfer/errors.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace gangway::transfer {
namespace {

constexpr std::size_t piece = std::size_t{256} * 1024;
/// Of a row's id: as much as leaves room for the number of an entry in what a claim may have.
constexpr std::size_t prefix = 56;

class unpacking_run {
  public:
    unpacking_run(const run_scope& run, const wanted_file& file, const packed_archive& from)
        : run_(run),
          file_(file),
          from_(from),
          keys_(run.order.settings.rules.fold_keys),
          ends_(run.clock.steady() + run.order.settings.rules.limits.duration) {}

    base::result<std::vector<written_entry>> stage_all() {
        auto done = read_directory();
        if (done) done = settle_keys();
        for (std::size_t i = 0; done && i < entries_.size(); ++i) {
            done = write(i);
            if (done && (i + 1 - next_ == run_.destination.batch_size() || i + 1 == entries_.size()))
                done = stage(i + 1);
        }
        if (done) return std::move(written_);
        for (const auto& each : written_)
            if (each.staged) static_cast<void>(run_.destination.discard(*each.staged));
        return std::unexpected(std::move(done.error()));
    }

  private:
    base::result<void> read_directory() {
        const archive::zip_limits limits{.octets = most_unpacked(from_.size()), .entries = most_entries};
        const auto tail_size = std::min<std::uint64_t>(from_.size(), archive::zip_tail);
        const auto tail = from_.read(from_.size() - tail_size, archive::zip_tail, room_);
        if (!tail) return std::unexpected(tail.error());
        const auto where = archive::find_zip_directory(*tail, from_.size(), limits);
        if (!where) return std::unexpected(where.error());
        const auto directory = from_.read(where->offset, static_cast<std::size_t>(where->size), room_);
        if (!directory) return std::unexpected(directory.error());
        auto entries = archive::read_zip_directory(*directory, *where, limits);
        if (!entries) return std::unexpected(std::move(entries.error()));
        entries_ = std::move(*entries);
        written_.reserve(entries_.size());
        return {};
    }

    /// Before anything is written, where the content does not decide.
    base::result<void> settle_keys() {
        known_.resize(entries_.size());
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (const auto* before = published_before(i)) {
                auto key = model::destination_key::parse(before->destination_key);
                if (!key) return std::unexpected(std::move(key.error()));
                known_[i] = std::move(*key);
            } else if (!run_.rules.keys.needs_content()) {
                known_[i] = key_of(i, "");
            }
            if (!known_[i]) continue;
            const auto owner = keys_.claim(known_[i]->text(), entries_[i].name);
            if (!owner.empty() && !run_.rules.keys.needs_content())
                return archive::refused(archive::errc::unsafe_name, "its entries " + base::escape(owner) + " and " +
                                                                        base::escape(entries_[i].name) +
                                                                        " would go to one place");
        }
        return {};
    }

    [[nodiscard]] model::destination_key key_of(std::size_t i, const std::string& sha256) const {
        std::string path{unpacked_path(run_.order.settings.rules.unpack, file_.path)};
        path.append("/").append(entries_[i].name);
        return render_key(run_, file_, path, sha256);
    }

    [[nodiscard]] const store::file_entry* published_before(std::size_t i) const {
        const auto position = static_cast<std::int64_t>(i);
        const auto found = std::ranges::lower_bound(file_.published, position, {}, &store::file_entry::position);
        return found == file_.published.end() || found->position != position ? nullptr : &*found;
    }

    base::result<void> write(std::size_t i) {
        const auto& entry = entries_[i];
        auto& out = written_.emplace_back();
        const auto* before = published_before(i);
        if (before == nullptr) {
            auto writer = run_.destination.begin(entry_claim(claim_of(run_, file_.id), static_cast<std::int64_t>(i)),
                                                 known_[i], entry.plain);
            if (!writer) return std::unexpected(std::move(writer.error()));
            out.writer = std::move(*writer);
            out.writer->keep();
            base::crash_point("begun");
        }
        const auto sha256 = copy(entry, out.writer.get());
        if (!sha256) return std::unexpected(sha256.error());
        out.row = {.file_id = file_.id,
                   .position = static_cast<std::int64_t>(i),
                   .name = entry.name,
                   .size = static_cast<std::int64_t>(entry.plain),
                   .sha256 = hexadecimal(*sha256)};
        if (before != nullptr) {
            if (before->name != out.row.name || before->size != out.row.size || before->sha256 != out.row.sha256)
                return std::unexpected(published_otherwise());
            out.row = *before;
            return {};
        }
        const auto key = known_[i] ? *known_[i] : key_of(i, *sha256);
        return out.writer->finish(key, *sha256);
    }

    /// The SHA-256 of the content, which goes to `to` if that is there.
    base::result<std::string> copy(const archive::zip_entry& entry, sink::writer* to) {
        const auto header = from_.read(entry.offset, archive::zip_header_octets(entry), room_);
        if (!header) return std::unexpected(header.error());
        const auto begins = archive::zip_content_offset(*header, entry);
        if (!begins) return std::unexpected(begins.error());
        archive::zip_entry_reader reader{entry};
        crypto::sha256_hasher hasher;
        for (std::uint64_t done = 0; done < entry.packed;) {
            if (run_.stopping.stop_requested())
                return base::fail(sink::errc::cancelled, base::phase::storage, "the run was ended");
            if (run_.clock.steady() >= ends_)
                return archive::refused(archive::errc::too_large, "it takes longer to unpack than a run may");
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece, entry.packed - done));
            const auto packed = from_.read(*begins + done, count, room_);
            if (!packed) return std::unexpected(packed.error());
            done += packed->size();
            reader.feed(*packed);
            for (;;) {
                const auto octets = reader.next();
                if (!octets) return std::unexpected(octets.error());
                if (octets->empty()) break;
                hasher.update(*octets);
                if (to == nullptr) continue;
                if (auto written = to->write(*octets); !written) return std::unexpected(std::move(written.error()));
                base::crash_point("writing");
            }
        }
        if (auto whole = reader.finish(); !whole) return std::unexpected(std::move(whole.error()));
        return hasher.finish();
    }

    /// Entries `next_` to `end`.
    base::result<void> stage(std::size_t end) {
        std::vector<written_entry*> ready;
        std::vector<sink::writer*> writers;
        for (; next_ < end; ++next_) {
            if (!written_[next_].writer) continue;
            ready.push_back(&written_[next_]);
            writers.push_back(written_[next_].writer.get());
        }
        if (writers.empty()) return {};
        auto answers = run_.destination.stage(writers);
        base::result<void> outcome;
        for (std::size_t i = 0; i < ready.size(); ++i) {
            if (!answers[i]) {
                outcome = std::unexpected(std::move(answers[i].error()));
                continue;
            }
            ready[i]->staged = std::move(*answers[i]);
            ready[i]->row.destination_key = ready[i]->staged->key.text();
            ready[i]->row.evidence = ready[i]->staged->evidence;
        }
        base::crash_point("entries_staged");
        return outcome;
    }

    [[nodiscard]] base::error published_otherwise() const {
        return {errc::source_changed, base::phase::sftp,
                base::escape(file_.path) +
                    " was published in part, and is another archive now; a new time or size "
                    "makes it a new version"};
    }

    const run_scope& run_;
    const wanted_file& file_;
    const packed_archive& from_;
    key_claims keys_;
    std::chrono::steady_clock::time_point ends_;
    std::string room_{};  ///< for what is read
    std::vector<archive::zip_entry> entries_{};
    std::vector<std::optional<model::destination_key>> known_{};
    std::vector<written_entry> written_{};
    std::size_t next_ = 0;  ///< the first that is not staged
};

}  // namespace

sink::claim entry_claim(const sink::claim& file, std::int64_t position) {
    return {.row = file.row.substr(0, prefix) + "x" + std::to_string(position), .fence = file.fence};
}

std::string owning_claim(const sink::claim& owner) {
    return sink::claim_text({.row = row_prefix(owner), .fence = owner.fence});
}

std::string row_prefix(const sink::claim& owner) {
    return owner.row.substr(0, std::min(prefix, owner.row.find('x')));
}

base::result<std::vector<written_entry>> unpack_zip(const run_scope& run, const wanted_file& file,
                                                    const packed_archive& from) {
    return unpacking_run{run, file, from}.stage_all();
}

}  // namespace gangway::transfer
