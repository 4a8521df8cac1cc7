#pragma once
/// What a managed connection adds to a login.

#include <gangway/base/error.hpp>
#include <gangway/net/dial.hpp>

#include <string>

namespace gangway::remote {

/// Made for one login or the look for a pooled one, from what the database said at that moment. Safe from any thread.
class login_keeper {
  public:
    virtual ~login_keeper() = default;
    [[nodiscard]] virtual const std::string& connection_id() const noexcept = 0;
    /// Changes with everything that a session depends on: revision, pin, credentials. Sessions are shared only between
    /// equal versions of one connection.
    [[nodiscard]] virtual const std::string& version() const noexcept = 0;
    /// Whether nothing of that was changed in this process since.
    [[nodiscard]] virtual bool is_current() const = 0;
    /// In the place of what is known of ad-hoc servers.
    [[nodiscard]] virtual net::host_key_policy& host_keys() noexcept = 0;
    /// Notes how a login went: health, and which key the server accepted. `why` is null if it succeeded.
    [[nodiscard]] virtual net::awaitable<void> ended(const net::dial_report& report, const base::error* why) = 0;
};

}  // namespace gangway::remote
