#pragma once
/// For tests: sockets on loopback.

#include <gangway/net/asio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <string_view>
#include <vector>

namespace gangway::net {

/// Listens on a port of the system's choice.
inline tcp::acceptor listen_on_loopback(asio::io_context& context, int backlog = 16) {
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(backlog);
    return acceptor;
}

/// Two ends of one connection.
struct loopback_pair {
    explicit loopback_pair(asio::io_context& context) : near(context), far(context) {
        auto acceptor = listen_on_loopback(context);
        near.connect(acceptor.local_endpoint());
        acceptor.accept(far);
    }
    void say(std::string_view octets) { asio::write(far, asio::buffer(octets)); }

    tcp::socket near, far;
};

/// Where nobody listens: the port was free a moment ago.
inline tcp::endpoint closed_endpoint(asio::io_context& context) {
    return listen_on_loopback(context).local_endpoint();
}

/// Where connections are neither accepted nor refused: the queue of a listener that nobody empties is full.
class deaf_listener {
  public:
    explicit deaf_listener(asio::io_context& context) : acceptor_(listen_on_loopback(context, 0)) {
        for (int i = 0; i < 8; ++i) {
            auto& socket = waiting_.emplace_back(context, tcp::v4());
            // Asio's own connect() would wait, and an asynchronous one would keep the context busy.
            socket.native_non_blocking(true);
            const auto target = acceptor_.local_endpoint();
            (void)::connect(socket.native_handle(), target.data(), static_cast<::socklen_t>(target.size()));
        }
    }
    [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  private:
    tcp::acceptor acceptor_;
    std::vector<tcp::socket> waiting_;
};

}  // namespace gangway::net
