#pragma once
/// From a folder's settings to the place where its files go.

#include <gangway/sink/s3_bucket.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/transfer/folder_run.hpp>
#include <gangway/vault/vault.hpp>

#include <filesystem>
#include <stop_token>

namespace gangway::transfer {

/// What opening needs; all of it outlives the destinations.
struct destination_tools {
    store::async_database& database;
    const vault::vault& secrets;
    const base::clock& clock;
    net::asio::thread_pool& blocking;
    sink::address_check may_reach{};  ///< the egress policy, for buckets; empty: every address may be reached
    std::filesystem::path ca_file{};  ///< authorities for buckets, in PEM; empty: those of the system
};

/// Errors: those of `sink::open_local_folder` and `sink::open_s3_bucket`; `bad_rule` where a bucket has no secret
/// access key yet; those of the vault and the database. `folder` and `settings` live until it returns.
[[nodiscard]] net::async_result<open_sink> open_destination(destination_tools tools, const store::folder& folder,
                                                            const folder_settings& settings, std::stop_token stop);

}  // namespace gangway::transfer
