#pragma once
/// For tests: an SSH server at the far end of a socket.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/net/asio.hpp>

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <ssh/testing/dialogue.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::net::testing {

namespace ssh_wire = ssh::testing_support;
namespace msg = ssh::msg;

/// Willing to everything, with "right" as the password of everybody, unless a test puts another answer in. Ends when
/// the client closes the socket; outlives the run of its context.
class ssh_peer {
  public:
    static constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
    using answer = std::function<void(std::string_view payload)>;

    /// After `most` octets in all nothing more is sent, and the socket is closed or, if it must not be, silent.
    explicit ssh_peer(tcp::socket socket, ssh_wire::server_script how = {}, std::size_t most = unlimited,
                      bool closes = true)
        : socket_(std::move(socket)), server_(std::move(how)), most_(most), closes_(closes) {
        socket_.non_blocking(true);
        be_willing();
        flush();
        read();
    }

    /// By message number.
    std::map<std::uint8_t, answer> answers;
    std::string data;                   ///< that came on channels
    std::map<std::uint8_t, int> heard;  ///< how often did each message come?

    [[nodiscard]] ssh_wire::scripted_server& server() noexcept { return server_; }
    [[nodiscard]] std::size_t sent() const noexcept { return sent_; }

    /// Later, if keys are being exchanged.
    void send(std::string_view payload) {
        held_.emplace_back(payload);
        send_held();
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

  private:
    void send_held() {
        if (server_.exchanging()) return;
        for (const auto& payload : std::exchange(held_, {}))
            server_.send(payload);
        flush();
    }

    void be_willing() {
        answers[msg::service_request] = [this](auto) { send(ssh_wire::service_accept()); };
        answers[msg::userauth_request] = [this](std::string_view payload) {
            base::byte_reader in(payload.substr(1));
            (void)in.string();  // user
            (void)in.string();  // service
            const bool by_password = in.string() == "password";
            (void)in.u8();
            const bool right = by_password && in.string() == "right";
            send(right ? ssh_wire::auth_success() : ssh_wire::auth_failure("publickey,password"));
        };
        answers[msg::channel_open] = [this](std::string_view payload) {
            base::byte_reader in(payload.substr(1));
            (void)in.string();  // "session"
            const auto id = in.u32();
            auto confirmation = ssh_wire::channel_message(msg::channel_open_confirmation, id);
            base::byte_writer out(confirmation);
            out.u32(id);  // the same number on both sides
            out.u32(1U << 20);
            out.u32(32'768);
            send(confirmation);
        };
        answers[msg::channel_request] = [this](std::string_view payload) {
            send(ssh_wire::channel_message(msg::channel_success, base::byte_reader(payload.substr(1)).u32()));
        };
        answers[msg::channel_data] = [this](std::string_view payload) {
            base::byte_reader in(payload.substr(1));
            (void)in.u32();
            data += in.string();
        };
    }

    void read() {
        socket_.async_wait(tcp::socket::wait_read, [this](boost::system::error_code failure) {
            std::array<char, 65'536> octets;
            const auto count = failure ? 0 : socket_.read_some(asio::buffer(octets), failure);
            if (failure == asio::error::would_block) return read();
            if (failure) return close();
            server_.receive({octets.data(), count});
            for (const auto& payload : std::exchange(server_.inbox, {})) {
                const auto number = static_cast<std::uint8_t>(payload.front());
                ++heard[number];
                if (const auto found = answers.find(number); found != answers.end()) found->second(payload);
            }
            send_held();
            flush();
            if (socket_.is_open()) read();
        });
    }

    void flush() {
        queue_ += server_.take_output();
        while (socket_.is_open()) {
            if (sent_ == most_ && closes_) return close();
            const auto now = std::min(queue_.size(), most_ - sent_);
            if (now == 0) return;
            boost::system::error_code failure;
            const auto count = socket_.write_some(asio::buffer(queue_.data(), now), failure);
            if (failure == asio::error::would_block) return go_on_when_writable();
            if (failure) return close();
            queue_.erase(0, count);
            sent_ += count;
        }
    }

    void go_on_when_writable() {
        if (std::exchange(waiting_, true)) return;
        socket_.async_wait(tcp::socket::wait_write, [this](boost::system::error_code failure) {
            waiting_ = false;
            if (!failure) flush();
        });
    }

    tcp::socket socket_;
    ssh_wire::scripted_server server_;
    std::vector<std::string> held_;
    std::string queue_;
    std::size_t sent_ = 0;
    std::size_t most_;
    bool closes_;
    bool waiting_ = false;  ///< for the socket to take more
};

}  // namespace gangway::net::testing
