#pragma once
/// Who may ask at all: decided on the head of a request, before its body is read.

#include <gangway/api/caller.hpp>
#include <gangway/api/request_head.hpp>
#include <gangway/api/token_book.hpp>
#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::api {

struct access_rules {
    /// Names in Host that are accepted beside the loopback names and the listen address; "name" for any port, or
    /// "name:port".
    std::vector<std::string> allowed_hosts{};
    /// Origins of web pages that may ask, e.g. "https://console.example.com".
    std::vector<std::string> allowed_origins{};
    /// If set, every route but /healthz needs `Authorization: Bearer <token>`: this one, whose role is admin, or one of
    /// the database. If not, who brings none is admin too.
    std::optional<base::secret> api_token{};
    token_book* tokens = nullptr;  ///< outlives the policy; null: there is no database
};

/// Keeps foreign web pages and, where a token is set, everybody without it out. Immutable, so safe from any thread.
///
/// - *Host* must be a name of this machine's loopback, the listen address, or allowed: a page whose DNS name was
///   rebound to 127.0.0.1 gives itself away by its Host. Checked when listening on loopback, or when hosts are listed;
///   elsewhere the token stands in the way, and a gateway behind any name works.
/// - *Origin*, if there is one, must be the site that Host names, or allowed. `null` never is.
/// - The token is compared by SHA-256 digest in constant time, and only the digest is kept. Tokens of the database are
///   looked up by their digest.
class access_policy {
  public:
    /// `listen` is the address listened on, without a port. Error: `invalid_value` (field "listen") for a listen
    /// address that is not loopback without a token.
    [[nodiscard]] static base::result<access_policy> make(access_rules rules, std::string_view listen);

    [[nodiscard]] bool wants_token() const noexcept { return !token_digest_.empty(); }
    /// Who asks. Errors: `forbidden_origin`, `unauthorized`.
    [[nodiscard]] base::result<caller> check(const request_head& head) const;
    /// The Origin of `head` if it is one of the allowed ones, so that its answer may be read there; else empty.
    [[nodiscard]] std::string_view foreign_origin(const request_head& head) const noexcept;

  private:
    [[nodiscard]] base::result<void> check_host(std::string_view host) const;
    [[nodiscard]] base::result<void> check_origin(std::string_view origin, std::string_view host) const;
    [[nodiscard]] base::result<caller> check_token(const request_head& head) const;
    [[nodiscard]] bool is_allowed_origin(std::string_view origin) const noexcept;

    std::vector<std::string> hosts_{};
    std::vector<std::string> origins_{};
    std::string token_digest_{};  ///< empty: no token is needed
    token_book* tokens_ = nullptr;
    bool hosts_matter_ = true;
};

}  // namespace gangway::api
