// Connects to a real server with chosen algorithms and downloads a file through the sftp subsystem, with plain blocking
// sockets: shows that the client works with it, and what it costs. Run by sshd_check.sh.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/private_key.hpp>
#include <gangway/crypto/sign.hpp>
#include <gangway/ssh/client.hpp>

#include <fmt/core.h>

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace gangway;

constexpr std::uint32_t read_size = std::uint32_t{255} << 10;
constexpr std::uint64_t requests_ahead = 64;

[[noreturn]] void give_up(const std::string& why) {
    throw std::runtime_error(why);
}

template <class T>
T must(base::result<T> outcome) {
    if (!outcome) give_up(outcome.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

class session {
  public:
    session(int socket, ssh::options how) : socket_(socket), client_(std::move(how)) {}

    ssh::client& client() { return client_; }

    /// The next event, waiting for the socket if need be.
    ssh::event next() {
        for (;;) {
            if (auto news = must(client_.next())) return std::move(*news);
            flush();
            const auto space = client_.receive_space();
            const auto count = ::recv(socket_, space.data(), space.size(), 0);
            if (count <= 0) give_up("the connection was lost");
            client_.received(static_cast<std::size_t>(count));
        }
    }
    /// The next event, which has to be of this type.
    template <class Event>
    Event expect() {
        auto news = next();
        if (auto* found = std::get_if<Event>(&news)) return std::move(*found);
        give_up(fmt::format("event {} instead of what was expected", news.index()));
    }
    void flush() {
        while (!client_.output().empty()) {
            const auto count = ::send(socket_, client_.output().data(), client_.output().size(), MSG_NOSIGNAL);
            if (count <= 0) give_up("the connection was lost");
            client_.consumed(static_cast<std::size_t>(count));
        }
    }

  private:
    int socket_;
    ssh::client client_;
};

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("no connection");
    return socket;
}

void log_in(session& with, const std::string& user, const crypto::private_key& key) {
    auto& client = with.client();
    with.expect<ssh::host_key_presented>();
    must(client.accept_host_key());
    must(client.login_without_proof(user));
    with.expect<ssh::login_ready>();
    with.expect<ssh::login_refused>();
    const auto algorithm = client.signature_algorithm(key.algorithm());
    if (!algorithm) give_up("no signature algorithm");
    must(client.query_key(user, *algorithm, key.public_blob()));
    with.expect<ssh::key_acceptable>();
    const auto signature =
        must(crypto::sign(key, *algorithm, client.octets_to_sign(user, *algorithm, key.public_blob())));
    must(client.login_with_key(user, *algorithm, key.public_blob(), signature));
    with.expect<ssh::login_succeeded>();
}

std::string init_message() {
    std::string message;
    base::byte_writer out(message);
    out.u32(5);
    out.u8(1);
    out.u32(3);
    return message;
}

std::string open_message(std::string_view path) {
    std::string body;
    base::byte_writer out(body);
    out.u8(3);
    out.u32(0);
    out.string(path);
    out.u32(1);
    out.u32(0);
    std::string message;
    base::byte_writer(message).string(body);
    return message;
}

std::string read_message(std::uint32_t id, std::string_view handle, std::uint64_t offset) {
    std::string body;
    base::byte_writer out(body);
    out.u8(5);
    out.u32(id);
    out.string(handle);
    out.u64(offset);
    out.u32(read_size);
    std::string message;
    base::byte_writer(message).string(body);
    return message;
}

/// Reads a file front to back and counts; DATA is not copied together.
class download {
  public:
    download(session& with, ssh::channel_id channel, std::uint64_t size)
        : with_(with), channel_(channel), size_(size) {}

    void run(std::string_view path) {
        send(init_message());
        send(open_message(path));
        while (got_ < size_) {
            const auto news = with_.next();
            if (const auto* data = std::get_if<ssh::channel_data>(&news)) take(data->octets);
            if (std::holds_alternative<ssh::channel_writable>(news)) write_pending();
            if (std::holds_alternative<ssh::channel_closed>(news)) give_up("the channel was closed");
        }
    }
    [[nodiscard]] std::uint64_t got() const { return got_; }

  private:
    void send(std::string_view message) {
        pending_ += message;
        write_pending();
    }
    void write_pending() { pending_.erase(0, with_.client().write(channel_, pending_)); }
    void ask() {
        while (asked_ < size_ && asked_ - got_ < requests_ahead * read_size) {
            send(read_message(id_++, handle_, asked_));
            asked_ += read_size;
        }
    }
    void take(std::string_view octets) {
        while (!octets.empty()) {
            if (data_left_ != 0) {
                const auto count = std::min(octets.size(), data_left_);
                data_left_ -= count;
                got_ += count;
                octets.remove_prefix(count);
                continue;
            }
            head_ += octets.front();
            octets.remove_prefix(1);
            take_head();
        }
        if (!handle_.empty()) ask();
    }
    /// VERSION and HANDLE are read whole, of DATA only the 13 octets before the data.
    void take_head() {
        if (head_.size() < 5) return;
        base::byte_reader in(head_);
        const auto length = in.u32();
        const auto type = in.u8();
        if (type == 103) {
            if (head_.size() < 13) return;
            (void)in.u32();
            data_left_ = in.u32();
        } else {
            if (head_.size() < 4 + length) return;
            (void)in.u32();
            if (type == 101) give_up(fmt::format("status {}", in.u32()));
            if (type == 102) handle_ = in.string();
        }
        head_.clear();
    }

    session& with_;
    ssh::channel_id channel_;
    std::uint64_t size_;
    std::uint64_t asked_ = 0;
    std::uint64_t got_ = 0;
    std::uint32_t id_ = 1;
    std::size_t data_left_ = 0;
    std::string head_, handle_, pending_;
};

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string read_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

ssh::options options_from(std::map<std::string, std::string>& arguments) {
    ssh::options how;
    const auto choose = [&](const char* name, std::vector<std::string>& list) {
        if (arguments.contains(name)) list = {arguments[name]};
    };
    choose("kex", how.algorithms.key_exchanges);
    choose("hostkey", how.algorithms.host_keys);
    choose("cipher", how.algorithms.ciphers);
    choose("mac", how.algorithms.macs);
    if (arguments.contains("rekey")) how.bounds.rekey_octets = std::stoull(arguments["rekey"]);
    if (arguments.contains("packet")) how.channel_packet = static_cast<std::uint32_t>(std::stoul(arguments["packet"]));
    return how;
}

void run(std::map<std::string, std::string> arguments) {
    const base::secret file{read_file(arguments["key"])};
    const auto key = must(crypto::decode_private_key(file, base::secret{}));
    session with(connect_to(static_cast<std::uint16_t>(std::stoul(arguments["port"]))), options_from(arguments));
    log_in(with, arguments["user"], key);
    const auto window = arguments.contains("window") ? std::stoul(arguments["window"]) : std::size_t{2} << 20;
    const auto channel = must(with.client().open_session(static_cast<std::uint32_t>(window)));
    with.expect<ssh::channel_opened>();
    must(with.client().request_subsystem(channel, "sftp"));
    if (!with.expect<ssh::request_answered>().granted) give_up("no sftp subsystem");

    const auto before = std::chrono::steady_clock::now();
    const auto cpu_before = cpu_seconds();
    download transfer(with, channel, std::stoull(arguments["size"]));
    transfer.run(arguments["path"]);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - before;
    const auto cpu = cpu_seconds() - cpu_before;
    with.client().disconnect();
    with.flush();

    const auto& agreed = with.client().algorithms();
    const auto octets = static_cast<double>(transfer.got());
    fmt::print("{:<28} {:<22} {:<30} {:<30} {:8.1f} MB/s  {:.3f} CPU-s/GiB\n", agreed.key_exchange.substr(0, 28),
               agreed.host_key, agreed.cipher_in, agreed.mac_in, octets / 1e6 / elapsed.count(),
               cpu / octets * static_cast<double>(1 << 30));
}

}  // namespace

int main(int count, char** values) {
    std::map<std::string, std::string> arguments;
    for (int i = 1; i + 1 < count; i += 2)
        arguments[values[i]] = values[i + 1];
    try {
        run(std::move(arguments));
        return EXIT_SUCCESS;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "sshd_check: {}\n", failure.what());
        return EXIT_FAILURE;
    }
}
