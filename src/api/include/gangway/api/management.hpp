#pragma once
/// What the routes of managed connections work with.

#include <gangway/api/token_book.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/remote/managed_connections.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/vault/vault.hpp>

namespace gangway::api {

/// All of it outlives the server, and is safe from any thread.
struct management {
    store::async_database& database;
    const vault::vault& secrets;
    remote::managed_connections& connections;
    token_book& tokens;
    net::asio::thread_pool& blocking;  ///< for the generation of keys
};

}  // namespace gangway::api
