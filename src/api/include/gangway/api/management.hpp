#pragma once
/// What the routes of managed connections work with.

#include <gangway/api/pulls.hpp>
#include <gangway/api/token_book.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/transfer/pull_service.hpp>
#include <gangway/vault/vault.hpp>

#include <filesystem>
#include <vector>

namespace gangway::api {

/// All of it outlives the server, and is safe from any thread.
struct management {
    store::async_database& database;
    const vault::vault& secrets;
    remote::managed_connections& connections;
    token_book& tokens;
    net::asio::thread_pool& blocking;  ///< for the generation of keys and for local folders
    pulls* pulling = nullptr;          ///< null: nothing is pulled by this process
    /// Local destinations lie beneath one of these, relative ones beneath the first; absolute paths.
    std::vector<std::filesystem::path> pull_roots{};
    const transfer::pull_service* pulled = nullptr;  ///< for metrics; null: there are none
};

}  // namespace gangway::api
