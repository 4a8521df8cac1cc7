#include "not_ssh.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/identification.hpp>

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace gangway::net {
namespace {

/// Sets from how many unread octets on the socket counts as readable; from one again when it goes.
///
/// A line that is not complete stays on the socket, where the SSH library must find it. Readiness would be reported for
/// it again at once, and we would spin; so only more than we have seen counts. The end of the stream always does.
class low_water_mark {
  public:
    explicit low_water_mark(int socket) noexcept : socket_(socket) {}
    ~low_water_mark() { set(1); }
    low_water_mark(const low_water_mark&) = delete;
    low_water_mark& operator=(const low_water_mark&) = delete;

    void set(std::size_t octets) noexcept {
        const int mark = static_cast<int>(octets);
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark);
    }

  private:
    int socket_;
};

bool is_closed_by_peer(int socket) noexcept {
    ::pollfd state{.fd = socket, .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) > 0;
}

/// The stream ended; `unread` is what is left on the socket.
base::error hung_up(std::string_view unread, bool spoke) {
    constexpr std::string_view beginning = "SSH-";
    const bool may_be_ssh = unread.substr(0, beginning.size()) == beginning.substr(0, unread.size());
    if (spoke ? !unread.starts_with(beginning) : !may_be_ssh) return not_ssh();
    return {errc::connection_lost, base::phase::ssh,
            "the server closed the connection before it identified itself: it may have too many connections, or refuse "
            "this address"};
}

/// `spoke` becomes true when a line came that is no identification.
async_result<identification> read_identification(tcp::socket& socket, bool& spoke) {
    constexpr identification_limits limits;
    const int number = socket.native_handle();
    asio::steady_timer pause{socket.get_executor()};
    low_water_mark mark{number};
    identification_reader reader{limits};
    std::array<char, limits.total + limits.line> buffer;
    std::size_t seen = 0;  // octets that are on the socket, and were looked at
    while (true) {
        const auto count = ::recv(number, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
        const bool idle = count < 0 && (errno == EAGAIN || errno == EINTR);
        const std::string_view unread{buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
        if (unread.size() > seen) {
            std::size_t used = 0;
            auto found = reader.scan(unread, used);
            seen = unread.size() - used;
            if (used > 0) spoke = ::recv(number, buffer.data(), used, MSG_DONTWAIT) > 0;
            if (!found) co_return std::unexpected(found.error());
            if (*found) co_return std::move(**found);
        } else if (!idle && (count <= 0 || is_closed_by_peer(number))) {
            co_return std::unexpected(hung_up(unread, spoke));
        } else if (!idle) {
            // Woken for nothing: once by readiness from before the wait, or always where the mark is not honoured.
            pause.expires_after(std::chrono::milliseconds{1});
            co_await pause.async_wait(asio::use_awaitable);
        }
        mark.set(seen + 1);
        co_await socket.async_wait(tcp::socket::wait_read, asio::use_awaitable);
    }
}

}  // namespace

async_result<identification> await_identification(tcp::socket& socket, std::chrono::milliseconds limit) {
    bool spoke = false;
    auto found = co_await with_deadline(read_identification(socket, spoke), limit, base::phase::ssh,
                                        "waiting for the server to identify itself");
    // An FTP server, say, greets and then waits for us.
    if (!found && found.error().code == errc::timed_out && spoke) co_return std::unexpected(not_ssh());
    co_return found;
}

}  // namespace gangway::net
