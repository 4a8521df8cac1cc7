#include "zip_body.hpp"

#include "zip_manifest.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/archive/entry_name.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/tree_download.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

/// Less than a download into files: what is in memory is this and the archive's directory. An archive takes one entry
/// at a time, so large files come one after the other.
constexpr net::tree_limits limits{.entries = 1'000'000,
                                  .files_in_flight = 256,
                                  .octets_in_flight = 8UL * 1024 * 1024,
                                  .whole = 1024UL * 1024,
                                  .large_at_once = 1};
constexpr std::ptrdiff_t deepest = 256;
constexpr std::size_t largest_directory = 64UL * 1024 * 1024;
constexpr std::size_t flush_size = 64UL * 1024;

archive::entry_about about(const sftp::attributes& attributes) {
    archive::entry_about found{.mtime = attributes.mtime};
    if (attributes.permissions) found.mode = *attributes.permissions & 07777;
    return found;
}

/// The manifest's own name must stay free.
std::string entry_name(std::string_view path) {
    auto name = archive::safe_entry_name(path);
    if (name == zip_manifest_name) name.replace(0, 1, "%67");
    return name;
}

/// Takes the walk through the folder into the archive. Runs on the session's strand.
class zip_receiver final : public net::tree_receiver {
  public:
    zip_receiver(body_sink& out, archive::compression how, const model::remote_path& folder)
        : out_(out), zip_(how), manifest_(folder) {}

    bool folder(const std::string& name, const sftp::attributes& attributes) override {
        if (name.empty()) return true;
        if (std::ranges::count(name, '/') >= deepest) {
            failed(name, {net::errc::listing_too_large, base::phase::sftp, "the folder lies too deep"});
            return false;
        }
        if (!has_room(name)) return false;
        zip_.add_folder(entry_name(name), about(attributes));
        manifest_.folder();
        return true;
    }
    net::awaitable<void> file(std::string name, sftp::attributes attributes, net::whole_content content) override {
        if (!has_room(name)) co_return;
        zip_.add_file(entry_name(name), about(attributes), content.octets());
        manifest_.file(content.octets().size());
        co_await flush(flush_size);
    }
    net::async_result<void> stream(std::string name, net::file_reader& content) override {
        if (!has_room(name)) co_return base::result<void>{};
        zip_.begin_file(entry_name(name), about(content.attributes()), content.attributes().size);
        std::uint64_t octets = 0;
        for (;;) {
            const auto piece = co_await content.read();
            if (!piece) failed(name, piece.error());
            if (!piece || piece->empty()) break;
            octets += piece->size();
            zip_.append(*piece);
            co_await flush(flush_size);
        }
        zip_.end_file();
        manifest_.file(octets);
        co_return base::result<void>{};
    }
    void passed_over(const std::string& name, const sftp::attributes& attributes) override {
        manifest_.skipped(name, attributes);
    }
    void failed(const std::string& name, base::error why) override { manifest_.failed(name, why); }

    net::async_result<void> finish() {
        zip_.add_file(zip_manifest_name, {}, manifest_.text());
        co_await flush(0);
        zip_.finish();
        co_await flush(0);
        co_return base::result<void>{};
    }

  private:
    [[nodiscard]] bool has_room(const std::string& name) {
        const bool room =
            zip_.directory_octets() < largest_directory && 3 * name.size() < archive::zip_writer::longest_name;
        if (!room) failed(name, {net::errc::listing_too_large, base::phase::sftp, "the archive has no room for it"});
        return room;
    }
    /// Throws when the client is gone, because the walk can only be ended from outside.
    net::awaitable<void> flush(std::size_t least) {
        if (zip_.ready().size() <= least) co_return;
        const auto sent = co_await out_.write(zip_.ready());
        if (!sent) throw boost::system::system_error{boost::asio::error::operation_aborted};
        zip_.taken();
    }

    body_sink& out_;
    archive::zip_writer zip_;
    zip_manifest manifest_;
};

net::async_result<void> pack(net::sftp_client& client, model::remote_path folder, archive::compression how,
                             body_sink& out) {
    zip_receiver receiver{out, how, folder};
    auto walked = co_await net::download_tree(client, folder, receiver, limits);
    if (!walked) co_return walked;
    co_return co_await receiver.finish();
}

}  // namespace

net::async_result<void> zip_body::send(body_sink& out) {
    return net::await_on(lease_.executor(), pack(lease_->client(), folder_, how_, out));
}

}  // namespace gangway::api
