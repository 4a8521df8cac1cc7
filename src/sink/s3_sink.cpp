#include "s3_sink.hpp"

#include "hexadecimal.hpp"
#include "s3_writer.hpp"

#include <gangway/base/crash_point.hpp>
#include <gangway/base/escape.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace gangway::sink {
namespace {

/// As S3 writes moments, without fractions: text in this form sorts like time.
std::string moment_text(std::chrono::system_clock::time_point when) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
}

class s3_sink final : public sink {
  public:
    s3_sink(s3_settings settings, std::unique_ptr<http_transport> transport, std::unique_ptr<pause> pause,
            const base::clock& clock)
        : settings_(std::move(settings)),
          transport_(std::move(transport)),
          pause_(std::move(pause)),
          clock_(clock),
          client_(*transport_, settings_, *pause_) {}

    base::result<std::unique_ptr<writer>> begin(const claim& owner, const std::optional<model::destination_key>& key,
                                                std::optional<std::uint64_t> size) override {
        return std::make_unique<s3_writer>(client_, owner, key, part_size_for(size.value_or(0)));
    }

    std::vector<base::result<staged_file>> stage(std::span<writer* const> finished) override {
        std::vector<base::result<staged_file>> answers;
        for (auto* const each : finished) {
            answers.push_back(static_cast<s3_writer*>(each)->stage());
            base::crash_point("syncing");
        }
        return answers;
    }

    std::vector<base::result<publication>> publish(std::span<writer* const> staged) override {
        std::vector<base::result<publication>> answers;
        for (auto* const each : staged)
            answers.push_back(publish_one(*static_cast<s3_writer*>(each)));
        return answers;
    }

    base::result<recovery> recover(const staged_file& file) override {
        const auto there = client_.look(file.key.text());
        if (!there) return std::unexpected(there.error());
        if (*there) return recovery_of(judge(file, **there));
        const auto upload = upload_in(file.evidence);
        if (upload.empty()) return recovery::lost;
        const auto etags = client_.parts(file.key.text(), upload);
        if (!etags) return std::unexpected(etags.error());
        if (!*etags) return recovery::lost;
        if ((*etags)->empty()) {
            // Nobody can tell what it has; nor shall anybody complete it beside the one that comes now.
            static_cast<void>(client_.abort(file.key.text(), upload));
            return recovery::lost;
        }
        const auto done = client_.complete(file.key.text(), upload, **etags);
        if (!done) return std::unexpected(done.error());
        return recovery_of(settle(file, *done));
    }

    base::result<void> discard(const staged_file& file) override {
        const auto upload = upload_in(file.evidence);
        if (upload.empty()) return {};
        return client_.abort(file.key.text(), upload);
    }

    base::result<sweep_report> sweep(const liveness& alive) override {
        const auto uploads = client_.uploads();
        if (!uploads) return std::unexpected(uploads.error());
        const auto oldest = moment_text(clock_.wall() - settings_.orphan_age);
        sweep_report report;
        for (const auto& upload : *uploads) {
            if (!upload.key.starts_with(settings_.prefix)) continue;
            // One that is younger may be on its way, by somebody whose ledger does not have it yet.
            if (alive.upload(upload.id) || upload.begun >= oldest) {
                ++report.kept;
                continue;
            }
            if (auto done = client_.abort(upload.key.substr(settings_.prefix.size()), upload.id); !done)
                return std::unexpected(std::move(done.error()));
            ++report.removed;
            base::crash_point("sweeping");
        }
        return report;
    }

    std::size_t batch_size() const noexcept override { return 1; }

  private:
    base::result<publication> publish_one(s3_writer& writer) {
        const auto& file = writer.staged();
        if (settings_.look_first) {
            const auto there = client_.look(file.key.text());
            if (!there) return std::unexpected(there.error());
            if (*there) {
                auto found = judge(file, **there);
                // Its parts are not needed any more.
                if (found) static_cast<void>(discard(file));
                return found;
            }
        }
        const auto done = writer.publish();
        base::crash_point("put_sent");
        if (!done) return std::unexpected(done.error());
        auto settled = settle(file, *done);
        base::crash_point("put_answered");
        return settled;
    }

    /// What it means that a write has ended so. A first try whose answer was lost may have been the one that counted.
    base::result<publication> settle(const staged_file& file, s3_outcome outcome) {
        const auto there = client_.look(file.key.text());
        if (!there) return std::unexpected(there.error());
        if (*there) return judge(file, **there);
        if (outcome == s3_outcome::not_there)
            return base::fail(errc::fenced_off, base::phase::storage,
                              "the upload of " + base::escape(file.key.text()) + " was taken away");
        return base::fail(errc::damaged, base::phase::storage,
                          base::escape(file.key.text()) + " is not there after it was written");
    }

    /// Whose object `there` is, and whether it is this content.
    base::result<publication> judge(const staged_file& file, const s3_object& there) {
        if (there.size == file.size) {
            const bool ours = there.claim == file.evidence.substr(0, file.evidence.find(':'));
            if (there.sha256 == hexadecimal(file.sha256))
                return ours ? publication::published : publication::already_there;
            if (ours && there.sha256.empty()) return publication::published;
            if (there.sha256.empty()) {
                const auto content = client_.hash(file.key.text());
                if (!content) return std::unexpected(content.error());
                if (*content && **content == file.sha256) return publication::already_there;
            }
        }
        return base::fail(errc::conflict, base::phase::storage,
                          base::escape(file.key.text()) + " exists with other content; nothing was replaced");
    }

    static base::result<recovery> recovery_of(const base::result<publication>& found) {
        if (!found) return std::unexpected(found.error());
        return *found == publication::published ? recovery::published : recovery::already_there;
    }

    s3_settings settings_;
    std::unique_ptr<http_transport> transport_;
    std::unique_ptr<pause> pause_;
    const base::clock& clock_;
    s3_client client_;
};

}  // namespace

std::unique_ptr<sink> make_s3_sink(s3_settings settings, std::unique_ptr<http_transport> transport,
                                   std::unique_ptr<pause> pause, const base::clock& clock) {
    return std::make_unique<s3_sink>(std::move(settings), std::move(transport), std::move(pause), clock);
}

}  // namespace gangway::sink
