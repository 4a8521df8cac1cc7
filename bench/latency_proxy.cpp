// latency_proxy LISTEN_PORT TARGET_PORT ONE_WAY_MS
//
// A long line on one machine: forwards TCP connections from 127.0.0.1:LISTEN_PORT (0: any free port) to
// 127.0.0.1:TARGET_PORT and holds every octet back for ONE_WAY_MS in each direction. The rate is not limited. Prints
// "listening PORT" when it is ready, and runs until a signal ends it.
//
// The round trip is felt as on a real path: the connection to the target is made one delay after the client's, so a
// greeting comes a whole round trip after the connect; the end of a stream takes the delay as well. What it does not
// imitate is loss, reordering and TCP's slow start, because both its ends are loopback sockets.
//
// One thread sleeps in epoll until a socket or the clock has something. Sockets are edge-triggered and each remembers
// what it is ready for, so nothing is polled. A direction holds at most `most_held` octets and then stops reading: the
// sender feels that as a full window. 64 MiB carry 2.6 GB/s at 25 ms.
#include "octet_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <span>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using gangway::bench::block_pool;
using gangway::bench::octet_queue;

using clock_type = std::chrono::steady_clock;

constexpr std::size_t most_held = 64UL * 1024 * 1024;
/// Octets that one direction may move before the others get their turn.
constexpr std::size_t turn = 1024UL * 1024;

[[noreturn]] void give_up(std::string_view what) {
    fmt::print(stderr, "latency_proxy: {}: {}\n", what, std::strerror(errno));
    std::exit(1);
}

class descriptor {
  public:
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const noexcept { return number_; }

  private:
    int number_;
};

struct end_point {
    descriptor socket{-1};
    bool readable = false;
    bool writable = false;
};

/// One way of a connection.
struct direction {
    explicit direction(block_pool& pool) : held(pool) {}
    octet_queue held;
    std::size_t due = 0;    ///< of `held`, how much has waited long enough?
    bool ended = false;     ///< has the sender said that nothing follows?
    bool end_due = false;   ///< has that waited long enough?
    bool end_sent = false;  ///< has the receiver been told?
    bool has_turn = false;  ///< is it in the queue of those with something left to do?
};

using connection_id = std::uint64_t;

struct connection {
    explicit connection(block_pool& pool) : ways{direction{pool}, direction{pool}} {}
    /// 0 is the client, 1 the target; way 0 leads from 0 to 1.
    std::array<end_point, 2> ends{};
    std::array<direction, 2> ways;
};

/// What happens one delay after now. All delays are equal, so these are due in the order in which they are made.
struct event {
    enum class kind : std::uint8_t { connect, octets, end };
    clock_type::time_point due;
    connection_id id;
    kind what;
    std::size_t way = 0;
    std::size_t count = 0;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

class proxy {
  public:
    proxy(std::uint16_t listen_port, std::uint16_t target_port, clock_type::duration delay);
    [[noreturn]] void run();

  private:
    void accept_all();
    void connect(connection_id id);
    void wake(std::uint64_t key, std::uint32_t what);
    void pass_time();
    void set_alarm();
    void give_turn(connection_id id, std::size_t way);
    void move(connection_id id, std::size_t way);
    bool read_some(connection_id id, connection& at, std::size_t way);
    bool write_some(connection& at, std::size_t way);
    void watch(int socket, std::uint64_t key, std::uint32_t what) const;

    // Keys of what epoll watches: these two, and for connections 2 × id + the number of the end.
    static constexpr std::uint64_t listener_key = 0;
    static constexpr std::uint64_t alarm_key = 1;

    std::uint16_t target_port_;
    clock_type::duration delay_;
    descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
    descriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    descriptor alarm_{::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
    block_pool pool_{};
    connection_id last_id_ = 0;
    std::unordered_map<connection_id, connection> connections_{};
    std::deque<event> line_{};                                   ///< what is under way?
    std::optional<clock_type::time_point> alarm_at_{};           ///< for when is the alarm set?
    std::deque<std::pair<connection_id, std::size_t>> turns_{};  ///< who has something left to do?
};

proxy::proxy(std::uint16_t listen_port, std::uint16_t target_port, clock_type::duration delay)
    : target_port_(target_port), delay_(delay) {
    if (epoll_.get() < 0 || listener_.get() < 0 || alarm_.get() < 0) give_up("no descriptor");
    const int on = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    auto address = loopback(listen_port);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), 1024) != 0 ||
        ::getsockname(listener_.get(), generic, &length) != 0) {
        give_up("cannot listen");
    }
    watch(listener_.get(), listener_key, EPOLLIN | EPOLLET);
    watch(alarm_.get(), alarm_key, EPOLLIN | EPOLLET);
    fmt::print("listening {}\n", ntohs(address.sin_port));
    std::fflush(stdout);
}

void proxy::run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int timeout = turns_.empty() ? -1 : 0;
        const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
        if (count < 0 && errno != EINTR) give_up("epoll_wait");
        for (const auto& each : std::span{events}.first(static_cast<std::size_t>(std::max(count, 0))))
            wake(each.data.u64, each.events);
        pass_time();
        for (auto left = turns_.size(); left > 0; --left) {
            const auto [id, way] = turns_.front();
            turns_.pop_front();
            move(id, way);
        }
        set_alarm();
    }
}

void proxy::watch(int socket, std::uint64_t key, std::uint32_t what) const {
    epoll_event event{.events = what, .data = {.u64 = key}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) give_up("epoll_ctl");
}

void proxy::wake(std::uint64_t key, std::uint32_t what) {
    if (key == listener_key) return accept_all();
    if (key == alarm_key) return alarm_at_.reset();
    const auto id = key / 2;
    const auto end = key % 2;
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    auto& at = found->second.ends[end];
    // An error or a hang-up is met, and told from the other, by the read or write that follows.
    const bool broken = (what & (EPOLLERR | EPOLLHUP)) != 0;
    if (broken || (what & (EPOLLIN | EPOLLRDHUP)) != 0) at.readable = true;
    if (broken || (what & EPOLLOUT) != 0) at.writable = true;
    give_turn(id, end);
    give_turn(id, 1 - end);
}

void proxy::accept_all() {
    for (;;) {
        descriptor client{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (client.get() < 0) return;
        const int on = 1;
        ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto id = ++last_id_;
        watch(client.get(), 2 * id, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
        connections_.try_emplace(id, pool_).first->second.ends[0].socket = std::move(client);
        line_.push_back({.due = clock_type::now() + delay_, .id = id, .what = event::kind::connect});
    }
}

void proxy::connect(connection_id id) {
    descriptor target{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int on = 1;
    ::setsockopt(target.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto address = loopback(target_port_);
    if (::connect(target.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
        connections_.erase(id);
        return;
    }
    watch(target.get(), 2 * id + 1, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    connections_.at(id).ends[1].socket = std::move(target);
}

void proxy::pass_time() {
    if (line_.empty()) return;
    const auto now = clock_type::now();
    for (; !line_.empty() && line_.front().due <= now; line_.pop_front()) {
        const auto& happened = line_.front();
        const auto found = connections_.find(happened.id);
        if (found == connections_.end()) continue;
        auto& way = found->second.ways[happened.way];
        switch (happened.what) {
            case event::kind::connect:
                connect(happened.id);
                continue;
            case event::kind::octets:
                way.due += happened.count;
                break;
            case event::kind::end:
                way.end_due = true;
                break;
        }
        give_turn(happened.id, happened.way);
    }
}

/// The timer, unlike a timeout of epoll_wait, is exact to microseconds.
void proxy::set_alarm() {
    if (line_.empty() || alarm_at_ == line_.front().due) return;
    alarm_at_ = line_.front().due;
    const auto since_boot = std::chrono::duration_cast<std::chrono::nanoseconds>(alarm_at_->time_since_epoch()).count();
    itimerspec when{};
    when.it_value = {.tv_sec = since_boot / 1'000'000'000, .tv_nsec = since_boot % 1'000'000'000};
    if (::timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) give_up("timerfd_settime");
}

void proxy::give_turn(connection_id id, std::size_t way) {
    auto& mine = connections_.at(id).ways[way];
    if (mine.has_turn) return;
    mine.has_turn = true;
    turns_.emplace_back(id, way);
}

void proxy::move(connection_id id, std::size_t way) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    auto& at = found->second;
    at.ways[way].has_turn = false;
    // Writing first makes room for reading.
    if (!write_some(at, way) || !read_some(id, at, way) || (at.ways[0].end_sent && at.ways[1].end_sent)) {
        connections_.erase(found);
    }
}

/// False if the connection is lost.
bool proxy::read_some(connection_id id, connection& at, std::size_t way) {
    auto& from = at.ends[way];
    auto& mine = at.ways[way];
    const auto arrival = clock_type::now() + delay_;
    for (std::size_t taken = 0; from.readable && !mine.ended;) {
        if (mine.held.size() >= most_held) return true;
        if (taken >= turn) {
            give_turn(id, way);
            return true;
        }
        const auto space = mine.held.space();
        const auto count = ::recv(from.socket.get(), space.data(), space.size(), 0);
        if (count > 0) {
            const auto octets = static_cast<std::size_t>(count);
            mine.held.add(octets);
            taken += octets;
            line_.push_back({.due = arrival, .id = id, .what = event::kind::octets, .way = way, .count = octets});
        } else if (count == 0) {
            mine.ended = true;
            line_.push_back({.due = arrival, .id = id, .what = event::kind::end, .way = way});
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            from.readable = false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/// False if the connection is lost.
bool proxy::write_some(connection& at, std::size_t way) {
    auto& to = at.ends[1 - way];
    auto& mine = at.ways[way];
    while (to.writable && mine.due > 0) {
        const auto octets = mine.held.front(mine.due);
        const auto count = ::send(to.socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            mine.held.remove(static_cast<std::size_t>(count));
            mine.due -= static_cast<std::size_t>(count);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            to.writable = false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    if (mine.end_due && mine.held.size() == 0 && !mine.end_sent) {
        mine.end_sent = true;
        ::shutdown(to.socket.get(), SHUT_WR);
    }
    return true;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end || value < Number{}) return std::nullopt;
    return value;
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 4) {
        const auto listen_port = number<std::uint16_t>(arguments[1]);
        const auto target_port = number<std::uint16_t>(arguments[2]);
        const auto delay = number<double>(arguments[3]);
        if (listen_port && target_port && delay && *delay < 10'000) {
            const auto exact = std::chrono::duration<double, std::milli>{*delay};
            proxy{*listen_port, *target_port, std::chrono::duration_cast<clock_type::duration>(exact)}.run();
        }
    }
    fmt::print(stderr, "usage: latency_proxy LISTEN_PORT TARGET_PORT ONE_WAY_MS\n");
    return 2;
}
