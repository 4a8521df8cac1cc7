#include "remote_handle.hpp"
#include "typed_call.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <string>

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

class collector {
  public:
    explicit collector(listing_limits limits) : limits_(limits) {}

    [[nodiscard]] base::result<void> take(const sftp::name_reply& names) {
        for (const auto& entry : names.entries) {
            if (entry.name == "." || entry.name == "..") continue;
            if (!model::is_entry_name(entry.name)) {
                ++found_.dropped;
                continue;
            }
            octets_ += entry.name.size();
            if (found_.entries.size() == limits_.entries || octets_ > limits_.name_octets)
                return too_large("has more entries than can be listed");
            found_.entries.push_back({std::string{entry.name}, entry.attrs});
        }
        if (std::chrono::steady_clock::now() - begun_ > limits_.duration) return too_large("takes too long to list");
        return {};
    }
    [[nodiscard]] listing finish() && { return std::move(found_); }

  private:
    static std::unexpected<base::error> too_large(std::string_view how) {
        return base::fail(errc::listing_too_large, base::phase::sftp,
                          "READDIR was stopped: the folder " + std::string{how});
    }

    listing_limits limits_;
    listing found_{};
    std::size_t octets_ = 0;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

async_result<listing> list_directory(sftp_client& client, model::remote_path path, listing_limits limits) {
    const auto opened = co_await typed_call(client, sftp::opendir_request{.path = path.octets()},
                                            [](const sftp::handle_reply& reply) { return std::string{reply.handle}; });
    if (!opened) co_return std::unexpected(co_await explained(client, path, opened.error()));
    const remote_handle handle{client, *opened};

    collector names{limits};
    call_pipeline reads{client};
    for (std::size_t depth = 2;;) {
        while (reads.outstanding() < depth) {
            const auto started = reads.start(sftp::readdir_request{.handle = handle.octets()});
            if (!started) co_return std::unexpected(started.error());
        }
        auto ended = co_await reads.next();
        if (!ended.answer) co_return std::unexpected(ended.answer.error());
        const auto batch = ended.answer->as<sftp::name_reply>();
        if (!batch && batch.error().code == sftp::errc::end_of_file) break;
        if (!batch) co_return std::unexpected(batch.error());
        // An empty batch is how some servers say that there is no more.
        if (batch->count == 0) break;
        if (const auto taken = names.take(*batch); !taken) co_return std::unexpected(taken.error());
        client.recycle(std::move(*ended.answer));
        depth = std::min(depth * 2, deepest);
    }
    co_return std::move(names).finish();
}

}  // namespace gangway::net
