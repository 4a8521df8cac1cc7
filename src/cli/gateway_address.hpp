#pragma once
/// Where the gateway is, as `--gateway` and GANGWAY_URL say it.

#include <gangway/model/endpoint.hpp>

#include <string>
#include <string_view>

namespace gangway::cli {

struct gateway_address {
    bool tls = false;
    model::endpoint server;
    std::string prefix{};  ///< of every path, where a proxy serves more than the gateway: "" or "/gangway"

    /// "http://host", "https://host:port/prefix". Refused: user names, passwords, queries and fragments.
    [[nodiscard]] static base::result<gateway_address> parse(std::string_view text);

    /// As it is written, without a slash at the end.
    [[nodiscard]] std::string text() const;
    /// What the header `Host` says: the port only if it is not the usual one.
    [[nodiscard]] std::string host_field() const;
};

}  // namespace gangway::cli
