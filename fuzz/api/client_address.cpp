// What clients say of themselves to a proxy: nothing of it outweighs the address that the proxy adds at the end.
#include "client_address.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gangway;
    static const auto proxy = net::asio::ip::make_address("10.0.0.1");
    static const auto client = net::asio::ip::make_address("192.0.2.7");
    static const net::network proxies[]{net::network::parse("10.0.0.0/8", "").value()};
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto half = std::min(input.find('\n'), input.size());
    auto listed = std::string{input.substr(0, half)};
    auto forwarded = std::string{input.substr(half)};

    const api::request_head as_sent{
        .method = "GET", .target = "/", .fields = {{"X-Forwarded-For", listed}, {"Forwarded", forwarded}}};
    if (api::client_of(client, as_sent, proxies) != client) std::abort();
    static_cast<void>(api::limit_key(api::client_of(proxy, as_sent, proxies)));

    listed += ", 192.0.2.7";
    forwarded += ", for=192.0.2.7";
    const api::request_head as_passed{
        .method = "GET", .target = "/", .fields = {{"X-Forwarded-For", listed}, {"Forwarded", forwarded}}};
    if (api::client_of(proxy, as_passed, proxies) != client) std::abort();
    return 0;
}
