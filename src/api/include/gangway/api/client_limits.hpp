#pragma once
/// What each client still may do.

#include <gangway/api/rate_rules.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/api/token_buckets.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/remote/sessions.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

/// A client is named by its `limit_key`. Every refusal is `too_many_requests` with the fact "retryAfter". Safe from any
/// thread.
class client_limits final : public remote::dial_gate {
  public:
    /// `clock` outlives this.
    client_limits(rate_rules rules, const base::clock& clock);

    /// The address that a request is counted for, and shown as coming from.
    [[nodiscard]] net::asio::ip::address client_of(const request_head& head) const;

    /// A request has come. Where its client failed to show a token too often, it is refused with whatever token it
    /// brings now: otherwise the refusals would tell wrong tokens from the right one.
    [[nodiscard]] base::result<void> admit(std::string_view client);
    /// Its token was wrong or missing.
    void token_failed(std::string_view client);
    /// Its token was right.
    [[nodiscard]] base::result<void> token_used();
    /// It needs a new connection to a server. Work on nobody's behalf, with an empty name, is not limited.
    [[nodiscard]] base::result<void> pass(std::string_view client) override;

  private:
    rate_rules rules_;
    std::optional<token_buckets> requests_{};
    std::optional<token_buckets> token_{};
    std::optional<token_buckets> connections_{};
    std::optional<token_buckets> failures_{};
};

}  // namespace gangway::api
