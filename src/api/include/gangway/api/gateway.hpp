#pragma once
/// The gateway's routes over the sessions of `remote`: admission, decoding, running, answering.

#include <gangway/api/access_policy.hpp>
#include <gangway/api/http_handler.hpp>
#include <gangway/api/services.hpp>

#include <utility>

namespace gangway::api {

class gateway final : public http_handler {
  public:
    /// What `with` refers to outlives this.
    gateway(access_policy access, services with) : access_(std::move(access)), with_(with) {}

    /// In this order: Host, Origin and token (`access_policy`), route, method, media type, length. A preflight request
    /// of an allowed origin is answered here.
    [[nodiscard]] std::variant<admitted, answer> admit(const request_head& head, const framing& how) const override;
    /// Decodes the body, whose octets are zeroed before any server is asked, and runs the operation within its time.
    /// The session is used and given back on its own executor.
    [[nodiscard]] net::awaitable<answer> serve(admitted request, wiped_octets body) override;
    [[nodiscard]] net::awaitable<answer> serve_resource(admitted request, request_body& body) override;
    /// A session's id is as good as its credentials, so the log has "-" in its place.
    [[nodiscard]] std::string shown_path(std::string_view path) const override;
    [[nodiscard]] std::string_view route_of(std::string_view path) const noexcept override;
    [[nodiscard]] net::asio::ip::address client_of(const request_head& head) const override;

  private:
    [[nodiscard]] base::result<caller> check_access(const request_head& head, std::string_view client) const;
    [[nodiscard]] base::result<void> may_dial(std::string_view client) const;
    [[nodiscard]] base::result<admitted> decide(const request_head& head, const framing& how) const;

    access_policy access_;
    services with_;
};

}  // namespace gangway::api
