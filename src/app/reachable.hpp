#pragma once
/// The egress policy, as HTTP clients ask it.

#include <gangway/net/egress_policy.hpp>
#include <gangway/sink/http_transport.hpp>

#include <string_view>

namespace gangway::app {

/// `egress` outlives it.
inline sink::address_check allowed_by(const net::egress_policy& egress) {
    return [&egress](std::string_view text) {
        boost::system::error_code wrong;
        const auto address = net::asio::ip::make_address(text, wrong);
        return !wrong && egress.check(address).has_value();
    };
}

}  // namespace gangway::app
