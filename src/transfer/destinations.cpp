#include <gangway/net/blocking.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/transfer/destinations.hpp>
#include <gangway/transfer/errors.hpp>

#include <utility>

namespace gangway::transfer {
namespace {

/// A bucket and what it signs with.
struct opened_bucket {
    sink::s3_credentials credentials;
    std::unique_ptr<sink::sink> bucket{};
};

net::async_result<open_sink> open_folder(const destination_tools& tools, const local_destination& where) {
    auto opened = co_await net::run_blocking(
        tools.blocking, [&where] { return sink::open_local_folder(where.folder, where.identity); });
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    co_return open_sink{std::move(*opened)};
}

net::async_result<open_sink> open_bucket(const destination_tools& tools, const std::string& folder,
                                         const bucket_destination& where, std::stop_token stop) {
    const auto sealed = co_await tools.database.read([&](store::transaction& tx) {
        return store::secrets::find(tx, store::secrets::of_folder, folder, where.secret_name);
    });
    if (!sealed) co_return std::unexpected(sealed.error());
    if (!*sealed)
        co_return base::fail(errc::bad_rule, base::phase::request,
                             "this folder's bucket has no secret access key yet: set \"secretAccessKey\"");
    auto secret = tools.secrets.text(**sealed);
    if (!secret) co_return std::unexpected(std::move(secret.error()));
    // The shared pointer to the sink keeps both.
    auto held = std::make_shared<opened_bucket>(
        opened_bucket{.credentials = {.access_key_id = where.access_key_id, .secret_access_key = std::move(*secret)}});
    auto bucket_settings = where.bucket;
    if (!tools.ca_file.empty()) bucket_settings.ca_file = tools.ca_file;
    auto opened =
        sink::open_s3_bucket(bucket_settings, held->credentials, tools.clock, tools.may_reach, std::move(stop));
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    held->bucket = std::move(*opened);
    auto* const bucket = held->bucket.get();
    co_return open_sink{std::move(held), bucket};
}

}  // namespace

net::async_result<open_sink> open_destination(destination_tools tools, const store::folder& folder,
                                              const folder_settings& settings, std::stop_token stop) {
    if (const auto* local = std::get_if<local_destination>(&settings.destination))
        co_return co_await open_folder(tools, *local);
    co_return co_await open_bucket(tools, folder.id, std::get<bucket_destination>(settings.destination),
                                   std::move(stop));
}

}  // namespace gangway::transfer
