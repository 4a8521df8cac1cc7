#include <gangway/api/access_policy.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/model/errors.hpp>

#include <algorithm>

namespace gangway::api {
namespace {

/// "name:port" or "[address]:port" without its port; the whole if there is none.
std::string_view without_port(std::string_view host) noexcept {
    const auto colon = host.rfind(':');
    if (colon == std::string_view::npos || host.ends_with(']')) return host;
    return host.substr(0, colon);
}

bool is_loopback(std::string_view address) noexcept {
    return address == "::1" || address == "localhost" || address.starts_with("127.");
}

/// The site that an origin names: what stands behind "http://" or "https://".
std::string_view site_of(std::string_view origin) noexcept {
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme)) return origin.substr(scheme.size());
    return {};
}

}  // namespace

base::result<access_policy> access_policy::make(access_rules rules, std::string_view listen) {
    const bool loopback = is_loopback(listen);
    const bool token = rules.api_token && !rules.api_token->empty();
    if (!loopback && !token)
        return model::invalid("listen",
                              "listening beyond loopback needs an API token: set one, or listen on 127.0.0.1");
    access_policy policy;
    if (token) policy.token_digest_ = crypto::sha256(rules.api_token->view());
    policy.tokens_ = rules.tokens;
    policy.hosts_matter_ = loopback || !rules.allowed_hosts.empty();
    policy.hosts_ = std::move(rules.allowed_hosts);
    policy.hosts_.insert(policy.hosts_.end(), {"localhost", "127.0.0.1", "[::1]"});
    policy.hosts_.push_back(listen.contains(':') ? "[" + std::string{listen} + "]" : std::string{listen});
    policy.origins_ = std::move(rules.allowed_origins);
    return policy;
}

base::result<caller> access_policy::check(const request_head& head) const {
    const auto host = head.field("Host").value_or(std::string_view{});
    if (auto known = check_host(host); !known) return std::unexpected(std::move(known.error()));
    if (const auto origin = head.field("Origin"))
        if (auto known = check_origin(*origin, host); !known) return std::unexpected(std::move(known.error()));
    return check_token(head);
}

base::result<void> access_policy::check_host(std::string_view host) const {
    const auto matches = [&](std::string_view entry) {
        return equal_ignoring_case(host, entry) || equal_ignoring_case(without_port(host), entry);
    };
    if (!hosts_matter_ || std::ranges::any_of(hosts_, matches)) return {};
    return refuse(errc::forbidden_origin,
                  "This Host is not served here; list it in allowed_hosts if it is a name of this gateway");
}

base::result<void> access_policy::check_origin(std::string_view origin, std::string_view host) const {
    const auto site = site_of(origin);
    if ((!site.empty() && equal_ignoring_case(site, host)) || is_allowed_origin(origin)) return {};
    return refuse(errc::forbidden_origin,
                  "Web pages of this Origin may not ask here; list it in allowed_origins if they shall");
}

bool access_policy::is_allowed_origin(std::string_view origin) const noexcept {
    return std::ranges::find(origins_, origin) != origins_.end();
}

base::result<caller> access_policy::check_token(const request_head& head) const {
    constexpr std::string_view scheme = "Bearer ";
    const auto given = head.field("Authorization").value_or(std::string_view{});
    if (given.empty() && token_digest_.empty()) return caller{};
    const bool bearer = equal_ignoring_case(given.substr(0, scheme.size()), scheme);
    const auto token = bearer ? trimmed(given.substr(scheme.size())) : std::string_view{};
    if (token_digest_.empty() && tokens_ == nullptr) return caller{};
    if (crypto::constant_time_equal(crypto::sha256(token), token_digest_)) return caller{.name = "configured token"};
    if (tokens_ != nullptr)
        if (auto known = tokens_->find(token)) return *std::move(known);
    return refuse(errc::unauthorized, "An API token is needed: Authorization: Bearer <token>");
}

std::string_view access_policy::foreign_origin(const request_head& head) const noexcept {
    const auto origin = head.field("Origin").value_or(std::string_view{});
    return is_allowed_origin(origin) ? origin : std::string_view{};
}

}  // namespace gangway::api
