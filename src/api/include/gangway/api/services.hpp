#pragma once
/// What handlers work with.

#include <gangway/api/management.hpp>
#include <gangway/api/read_ahead.hpp>
#include <gangway/remote/session_store.hpp>
#include <gangway/remote/sessions.hpp>

namespace gangway::api {

class client_limits;
class monitor;
class upload_store;

/// Outlives every request. Everything in it is safe from any thread.
struct services {
    remote::sessions& servers;
    remote::session_store& sessions;
    read_ahead& downloads;
    upload_store& uploads;
    client_limits* limits = nullptr;  ///< null: nobody is limited
    monitor* watch = nullptr;         ///< null: nobody watches
    management* managed = nullptr;    ///< null: there is no database
};

}  // namespace gangway::api
