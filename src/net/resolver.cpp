#include "resolver.hpp"

#include <gangway/net/bell.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/execution_context.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <thread>

namespace gangway::net {
namespace {

/// Counts the lookups made for a pool, which may go while some of them still hang.
class lookup_count final : public asio::execution_context::service {
  public:
    using key_type = lookup_count;
    inline static asio::execution_context::id id;

    explicit lookup_count(asio::execution_context& owner) : service(owner) {}
    /// Shared by the pool and the threads that look up.
    const std::shared_ptr<std::atomic<int>> under_way = std::make_shared<std::atomic<int>>(0);

  private:
    void shutdown() noexcept override {}
};

/// One of the lookups that may be under way.
class lookup_place {
  public:
    explicit lookup_place(asio::thread_pool& pool)
        : under_way_(asio::use_service<lookup_count>(pool).under_way), number_(++*under_way_) {}
    lookup_place(lookup_place&& other) noexcept : under_way_(std::move(other.under_way_)), number_(other.number_) {}
    lookup_place& operator=(lookup_place&&) = delete;
    ~lookup_place() {
        if (under_way_) --*under_way_;
    }
    [[nodiscard]] bool is_one_too_many() const noexcept { return number_ > lookup_limit; }

  private:
    std::shared_ptr<std::atomic<int>> under_way_;
    int number_;
};

/// What the waiting coroutine and the thread that looks up share; the last of the two drops it.
struct lookup {
    std::shared_ptr<bell> done = std::make_shared<bell>();
    base::result<std::vector<asio::ip::address>> answer{};  ///< written before the bell is rung
};

std::unexpected<base::error> dns_failed(std::string message) {
    return base::fail(errc::dns_failed, base::phase::dns, std::move(message));
}

async_result<std::vector<asio::ip::address>> addresses_of(lookup_function by, const model::host& host,
                                                          asio::thread_pool& blocking) {
    if (host.is_address()) co_return std::vector{asio::ip::make_address(host.text())};
    lookup_place place{blocking};
    if (place.is_one_too_many())
        co_return dns_failed("too many name lookups are waiting for an answer: check the name servers, and try again");
    const auto shared = std::make_shared<lookup>();
    // On a thread of its own: one that hangs would keep the pool from its other work, and from ending.
    std::thread{[shared, place = std::move(place), by = std::move(by), name = host.text()]() mutable {
        shared->answer = by(name);
        {
            const lookup_place ended{std::move(place)};
        }
        shared->done->ring();
    }}.detach();
    co_await shared->done->wait();
    co_return std::move(shared->answer);
}

std::optional<asio::ip::address> address_of(const ::sockaddr& raw) {
    if (raw.sa_family == AF_INET) {
        ::sockaddr_in four{};
        std::memcpy(&four, &raw, sizeof four);
        return asio::ip::address_v4{ntohl(four.sin_addr.s_addr)};
    }
    if (raw.sa_family != AF_INET6) return std::nullopt;
    ::sockaddr_in6 six{};
    std::memcpy(&six, &raw, sizeof six);
    asio::ip::address_v6::bytes_type octets{};
    std::ranges::copy(six.sin6_addr.s6_addr, octets.begin());
    return asio::ip::address_v6{octets, six.sin6_scope_id};
}

}  // namespace

base::result<std::vector<asio::ip::address>> look_up(const std::string& name) {
    ::addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ::addrinfo* raw = nullptr;
    const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &raw);
    const int reason = errno;
    const std::unique_ptr<::addrinfo, decltype([](::addrinfo* list) { ::freeaddrinfo(list); })> list{raw};
    switch (failure) {
        case 0:
            break;
        case EAI_NONAME:
        case EAI_NODATA:
            return dns_failed("the name " + name + " has no address: check its spelling");
        case EAI_AGAIN:
            return dns_failed("no name server answered for " + name + ": try again, or check the name servers");
        case EAI_SYSTEM:
            return dns_failed("cannot look up " + name + ": " + std::generic_category().message(reason));
        default:
            return dns_failed("cannot look up " + name + ": " + ::gai_strerror(failure));
    }
    std::vector<asio::ip::address> addresses;
    for (const auto* entry = list.get(); entry != nullptr; entry = entry->ai_next)
        if (const auto address = address_of(*entry->ai_addr)) addresses.push_back(*address);
    return addresses;
}

async_result<std::vector<tcp::endpoint>> resolve_by(lookup_function by, model::endpoint server,
                                                    const egress_policy& policy, asio::thread_pool& blocking) {
    const auto named = policy.check(server.host);
    if (!named) co_return std::unexpected(named.error());
    const auto addresses = co_await addresses_of(std::move(by), server.host, blocking);
    if (!addresses) co_return std::unexpected(addresses.error());

    std::vector<tcp::endpoint> endpoints;
    for (const auto& address : *addresses) {
        const auto verdict = policy.check(address);
        if (!verdict) co_return std::unexpected(verdict.error());
        const tcp::endpoint endpoint{address, server.port};
        if (endpoints.size() < address_limit && std::ranges::find(endpoints, endpoint) == endpoints.end())
            endpoints.push_back(endpoint);
    }
    if (endpoints.empty()) co_return dns_failed("the name " + server.host.text() + " has no address");
    co_return endpoints;
}

async_result<std::vector<tcp::endpoint>> resolve(model::endpoint server, const egress_policy& policy,
                                                 asio::thread_pool& blocking) {
    return resolve_by(look_up, std::move(server), policy, blocking);
}

}  // namespace gangway::net
