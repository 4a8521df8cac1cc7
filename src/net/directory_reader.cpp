#include "remote_handle.hpp"
#include "typed_call.hpp"

#include <gangway/net/directory_reader.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// READDIRs in flight once the folder has shown to be a large one: the server reads ahead while we take names.
constexpr std::size_t deepest = 16;

/// Servers answer OPENDIR of a file, and of nothing, in several ways: STAT tells which it was.
awaitable<base::error> explained(sftp_client& client, const model::remote_path& path, base::error failure) {
    const bool vague = failure.code == sftp::errc::failure || failure.code == sftp::errc::no_such_file ||
                       failure.code == sftp::errc::not_a_directory || failure.code == sftp::errc::other_status;
    if (!vague) co_return failure;
    const auto there = co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
    if (!there) {
        if (there.error().code == sftp::errc::no_such_file) failure.code = sftp::errc::no_such_file;
    } else if (there->type_known() && !there->is_directory()) {
        // One answer on every server: there is no folder of that name.
        failure.code = sftp::errc::no_such_file;
        failure.message += " (it is not a folder)";
    }
    co_return failure;
}

std::unexpected<base::error> too_large(std::string_view how) {
    return base::fail(errc::listing_too_large, base::phase::sftp,
                      "READDIR was stopped: the folder " + std::string{how});
}

class pipelined_directory final : public directory_reader {
  public:
    pipelined_directory(sftp_client& client, std::string_view handle, listing_limits limits)
        : client_(client), handle_(client, handle), calls_(client), limits_(limits) {}

    async_result<std::vector<entry>> read() override {
        if (shown_) client_.recycle(std::move(*std::exchange(shown_, std::nullopt)));
        std::vector<entry> entries;
        while (!ended_ && entries.empty()) {
            while (calls_.outstanding() < depth_) {
                auto started = calls_.start(sftp::readdir_request{.handle = handle_.octets()});
                if (!started) co_return std::unexpected(std::move(started.error()));
            }
            auto answered = co_await calls_.next();
            if (!answered.answer) co_return std::unexpected(std::move(answered.answer.error()));
            const auto batch = answered.answer->as<sftp::name_reply>();
            ended_ = !batch && batch.error().code == sftp::errc::end_of_file;
            if (ended_) break;
            if (!batch) co_return std::unexpected(batch.error());
            // An empty batch is how some servers say that there is no more.
            ended_ = batch->count == 0;
            if (auto taken = take(*batch, entries); !taken) co_return std::unexpected(std::move(taken.error()));
            shown_ = std::move(*answered.answer);
            depth_ = std::min(depth_ * 2, deepest);
        }
        co_return entries;
    }
    [[nodiscard]] std::size_t dropped() const noexcept override { return dropped_; }

  private:
    base::result<void> take(const sftp::name_reply& names, std::vector<entry>& entries) {
        for (const auto& each : names.entries) {
            if (each.name == "." || each.name == "..") continue;
            if (!model::is_entry_name(each.name)) {
                ++dropped_;
                continue;
            }
            octets_ += each.name.size();
            if (count_ == limits_.entries || octets_ > limits_.name_octets)
                return too_large("has more entries than can be listed");
            ++count_;
            entries.push_back({each.name, each.attrs});
        }
        if (std::chrono::steady_clock::now() - begun_ > limits_.duration) return too_large("takes too long to list");
        return {};
    }

    sftp_client& client_;
    remote_handle handle_;
    call_pipeline calls_;  ///< goes before the handle is closed
    listing_limits limits_;
    std::optional<sftp::reply> shown_{};  ///< what the last `read` returned lies in it
    std::size_t depth_ = 2;
    std::size_t count_ = 0, octets_ = 0, dropped_ = 0;
    bool ended_ = false;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

async_result<std::unique_ptr<directory_reader>> directory_reader::open(sftp_client& client, model::remote_path path,
                                                                       listing_limits limits) {
    const auto opened = co_await typed_call(client, sftp::opendir_request{.path = path.octets()},
                                            [](const sftp::handle_reply& reply) { return std::string{reply.handle}; });
    if (!opened) co_return std::unexpected(co_await explained(client, path, opened.error()));
    co_return std::make_unique<pipelined_directory>(client, *opened, limits);
}

}  // namespace gangway::net
