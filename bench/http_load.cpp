// http_load PORT REQUEST_FILE CLIENTS SECONDS
//
// Sends the request in REQUEST_FILE, octet for octet, again and again to 127.0.0.1:PORT from CLIENTS kept-alive
// connections, each of which waits for its answer before it asks again. After half a second to get warm it measures for
// SECONDS and prints one JSON object. Answers must be 200 with a Content-Length; the first that is not ends the run,
// goes to standard error, and the exit status is 1.
//
// One thread, so that on a small machine the load leaves the processor to what is measured.
#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto warm_up = 500ms;
/// A server that stays silent for so long has failed.
constexpr int longest_silence_ms = 10'000;

[[noreturn]] void fail(std::string_view why) {
    fmt::print(stderr, "http_load: {}\n", why);
    std::exit(1);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
    return value;
}

int connected_socket(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        fail(fmt::format("cannot connect: {}", std::strerror(errno)));
    }
    return made;
}

/// How many octets the answer at the beginning of `octets` has, if it is there whole.
std::optional<std::size_t> whole_answer(std::string_view octets, bool has_body) {
    constexpr std::string_view end_of_head = "\r\n\r\n";
    constexpr std::string_view length_field = "\r\ncontent-length:";
    const auto end = octets.find(end_of_head);
    if (end == octets.npos) return std::nullopt;
    const auto head = octets.substr(0, end);
    if (!head.starts_with("HTTP/1.1 200 ")) fail(fmt::format("the answer is not 200:\n{}", octets));
    if (!has_body) return end + end_of_head.size();
    const auto alike = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + ('a' - 'A') == b); };
    const auto field = std::ranges::search(head, length_field, alike);
    if (field.empty()) fail(fmt::format("the answer has no Content-Length:\n{}", head));
    std::string_view value{field.end(), head.end()};
    value = value.substr(0, value.find('\r'));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    const auto length = number<std::size_t>(value);
    if (!length) fail(fmt::format("the answer's Content-Length is no number:\n{}", head));
    const auto whole = end + end_of_head.size() + *length;
    return octets.size() >= whole ? std::optional{whole} : std::nullopt;
}

struct client {
    int socket = -1;
    std::string answer{};
    clock_type::time_point asked{};
};

class load {
  public:
    load(std::uint16_t port, std::string request, std::size_t clients);
    void run(std::chrono::duration<double> length);
    void print() const;

  private:
    void ask(client& who);
    void hear(client& who);
    void answered(client& who);
    [[nodiscard]] double percentile_ms(double part) const;

    std::string request_;
    bool has_body_;
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<client> clients_;
    clock_type::time_point begin_{};
    clock_type::time_point end_{};
    std::vector<clock_type::duration> latencies_{};
};

load::load(std::uint16_t port, std::string request, std::size_t clients)
    : request_(std::move(request)), has_body_(!request_.starts_with("HEAD ")), clients_(clients) {
    latencies_.reserve(1'000'000);
    for (auto& each : clients_) {
        each.socket = connected_socket(port);
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &each}};
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, each.socket, &event) != 0) fail("epoll_ctl");
    }
}

void load::run(std::chrono::duration<double> length) {
    begin_ = clock_type::now() + warm_up;
    end_ = begin_ + std::chrono::duration_cast<clock_type::duration>(length);
    for (auto& each : clients_)
        ask(each);
    std::array<epoll_event, 64> events{};
    while (clock_type::now() < end_) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), longest_silence_ms);
        if (count == 0) fail("no answer for 10 s");
        for (const auto& each : std::span{events}.first(static_cast<std::size_t>(std::max(count, 0))))
            hear(*static_cast<client*>(each.data.ptr));
    }
    std::ranges::sort(latencies_);
}

/// Requests are small and the connection is empty: a request that does not fit at once is an error.
void load::ask(client& who) {
    who.asked = clock_type::now();
    const auto sent = ::send(who.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) fail(fmt::format("cannot send: {}", std::strerror(errno)));
}

void load::hear(client& who) {
    std::array<char, 16384> buffer;
    const auto count = ::recv(who.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) fail(fmt::format("the server closed a connection after {} answers", latencies_.size()));
    who.answer.append(buffer.data(), static_cast<std::size_t>(count));
    const auto length = whole_answer(who.answer, has_body_);
    if (!length) return;
    if (*length != who.answer.size()) fail("the server sent more than one answer");
    answered(who);
}

void load::answered(client& who) {
    const auto now = clock_type::now();
    who.answer.clear();
    if (now >= begin_ && now < end_) latencies_.push_back(now - who.asked);
    ask(who);
}

double load::percentile_ms(double part) const {
    if (latencies_.empty()) return 0;
    const auto index = static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1));
    return std::chrono::duration<double, std::milli>{latencies_[index]}.count();
}

void load::print() const {
    const auto seconds = std::chrono::duration<double>{end_ - begin_}.count();
    const auto rate = static_cast<double>(latencies_.size()) / seconds;
    fmt::print(R"({{"requests":{},"per_s":{:.1f},"median_ms":{:.4f},"p99_ms":{:.4f},"max_ms":{:.4f}}})"
               "\n",
               latencies_.size(), rate, percentile_ms(0.5), percentile_ms(0.99), percentile_ms(1));
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 5) {
        const auto port = number<std::uint16_t>(arguments[1]);
        std::ifstream file{arguments[2], std::ios::binary};
        std::string request{std::istreambuf_iterator<char>{file}, {}};
        const auto clients = number<std::size_t>(arguments[3]);
        const auto length = number<double>(arguments[4]);
        if (port && !request.empty() && clients && *clients > 0 && length && *length > 0) {
            load work{*port, std::move(request), *clients};
            work.run(std::chrono::duration<double>{*length});
            work.print();
            return 0;
        }
    }
    fmt::print(stderr, "usage: http_load PORT REQUEST_FILE CLIENTS SECONDS\n");
    return 2;
}
