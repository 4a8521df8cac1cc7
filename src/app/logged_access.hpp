#pragma once
/// What other rooms tell, as events of the log.

#include <gangway/api/access_log.hpp>
#include <gangway/app/event_log.hpp>
#include <gangway/net/host_key.hpp>

#include <memory>

namespace gangway::app {

/// Requests as "request", what no client can mend as "trouble".
class logged_access final : public api::access_log {
  public:
    explicit logged_access(event_log& log) noexcept : log_(log) {}
    void request(const api::request_event& event) noexcept override;
    void trouble(std::string_view where, std::string_view what) noexcept override;

  private:
    event_log& log_;
};

/// Adds to a policy that a first contact that became a pin is logged as "pinned".
[[nodiscard]] std::unique_ptr<net::host_key_policy> logging_pins(std::unique_ptr<net::host_key_policy> policy,
                                                                 event_log& log);

}  // namespace gangway::app
