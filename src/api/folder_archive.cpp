// GET of a folder with ?archive=zip.
#include "disposition.hpp"
#include "file_call.hpp"
#include "on_session.hpp"
#include "zip_body.hpp"

#include <gangway/net/file_operations.hpp>

#include <string>
#include <utility>

namespace gangway::api {
namespace {

/// Takes a session along, once it is clear that there is a folder.
struct folder_found {
    const model::remote_path& path;

    net::async_result<on_strand<remote::lease>> operator()(std::unique_ptr<remote::lease> lease) const {
        const auto there = co_await net::stat(lease->client(), path);
        if (!there) co_return std::unexpected(there.error());
        if (there->type_known() && !there->is_directory())
            co_return base::fail(sftp::errc::no_such_file, base::phase::sftp, "the path is not a folder");
        const auto executor = lease->client().executor();
        co_return on_strand<remote::lease>{executor, std::move(lease)};
    }
};

std::string archive_name(const model::remote_path& folder) {
    const std::string name{folder.name()};
    return (model::is_entry_name(name) ? name : "files") + ".zip";
}

}  // namespace

net::async_result<answer> get_archive(file_call& call, archive::compression how) {
    folder_found work{call.target.path};
    auto lease = co_await on_session<on_strand<remote::lease>>(call.with.servers, call.where(), call.report, work,
                                                               repeat::if_only_looking);
    if (!lease) co_return std::unexpected(std::move(lease.error()));
    co_return answer{.headers = {{"Content-Type", "application/zip"},
                                 {"Content-Disposition", attachment(archive_name(call.target.path))}},
                     .stream = std::make_unique<zip_body>(*std::move(lease), call.session, call.target.path, how)};
}

}  // namespace gangway::api
