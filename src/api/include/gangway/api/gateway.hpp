#pragma once
/// The gateway's routes over the sessions of `remote`: admission, decoding, running, answering.

#include <gangway/api/access_policy.hpp>
#include <gangway/api/http_handler.hpp>
#include <gangway/remote/sessions.hpp>

#include <utility>

namespace gangway::api {

class gateway final : public http_handler {
  public:
    /// `servers` outlives this.
    gateway(access_policy access, remote::sessions& servers) : access_(std::move(access)), servers_(servers) {}

    /// In this order: Host, Origin and token (`access_policy`), route, method, media type, length. A preflight request
    /// of an allowed origin is answered here.
    [[nodiscard]] std::variant<admitted, answer> admit(const request_head& head, const framing& how) const override;
    /// Decodes the body, whose octets are zeroed before any server is asked, and runs the operation within its time.
    /// The session is used and given back on its own executor.
    [[nodiscard]] net::awaitable<answer> serve(admitted request, wiped_octets body) override;

  private:
    [[nodiscard]] base::result<admitted> decide(const request_head& head, const framing& how) const;

    access_policy access_;
    remote::sessions& servers_;
};

}  // namespace gangway::api
