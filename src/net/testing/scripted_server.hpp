#pragma once
/// For tests: an SFTP server made of a script, on a channel without a network.

#include <gangway/net/byte_channel.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/sftp/codec.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gangway::net::testing {

/// One request as the server saw it.
struct seen_request {
    sftp::packet_type type;
    sftp::request_id id;
    std::string body;  ///< type, id and fields

    template <sftp::request_message Request>
    [[nodiscard]] bool is() const {
        return type == Request::type && sftp::decode<Request>(body).has_value();
    }
    /// The request's fields; views live as long as this object.
    template <sftp::request_message Request>
    [[nodiscard]] Request as() const {
        return sftp::decode<Request>(body).value();
    }
};

/// The far end: what it is told to do with each request, and what it has seen. Outlives the channel.
class scripted_server {
  public:
    using script = std::function<void(scripted_server&, const seen_request&)>;

    explicit scripted_server(script answers) : answers_(std::move(answers)) {}

    /// The channel to this server, to be given to a client.
    [[nodiscard]] std::unique_ptr<byte_channel> channel(asio::any_io_executor executor) {
        return std::make_unique<end>(*this, std::move(executor));
    }

    template <sftp::message Reply>
    void reply(sftp::request_id id, const Reply& message) {
        std::string octets;
        static_cast<void>(sftp::encode(octets, id, message));
        deliver(std::move(octets));
    }
    void status(sftp::request_id id, sftp::status_code code, std::string_view text = {}) {
        reply(id, sftp::status_reply{.code = code, .message = text});
    }
    void names(sftp::request_id id, const std::vector<std::pair<std::string, sftp::attributes>>& entries) {
        std::string octets;
        for (const auto& [name, attrs] : entries)
            sftp::append_item(octets, sftp::name_entry{.name = name, .attrs = attrs});
        reply(id, sftp::name_reply{.count = static_cast<std::uint32_t>(entries.size()),
                                   .entries = sftp::sequence<sftp::name_entry>{octets}});
    }
    /// Raw octets, at the next turn of the event loop.
    void deliver(std::string octets) {
        asio::post(end_->executor(), [this, octets = std::move(octets)] {
            if (end_ != nullptr) end_->listener->received(octets);
        });
    }
    void hang_up() {
        asio::post(end_->executor(), [this] {
            if (end_ != nullptr) end_->listener->closed({errc::channel_closed, base::phase::sftp, "hung up"});
        });
    }
    /// How many more octets are taken from the client; it is told when this grows.
    void open_window(std::size_t octets) {
        window_ = octets;
        asio::post(end_->executor(), [this] {
            if (end_ != nullptr) end_->listener->writable();
        });
    }

    [[nodiscard]] std::size_t count(sftp::packet_type type) const {
        return static_cast<std::size_t>(std::ranges::count(seen, type, &seen_request::type));
    }

    std::vector<seen_request> seen{};
    std::string extensions{};  ///< what VERSION announces; see `announce`
    void announce(std::string_view name, std::string_view data) {
        sftp::append_item(extensions, sftp::extension_pair{.name = name, .data = data});
    }
    bool silent = false;  ///< does not even send VERSION

  private:
    struct end final : byte_channel {
        end(scripted_server& owner, asio::any_io_executor on) : server(owner), executor_(std::move(on)) {
            server.end_ = this;
        }
        ~end() override { server.end_ = nullptr; }
        asio::any_io_executor executor() const override { return executor_; }
        void listen(channel_listener& who) override { listener = &who; }
        std::size_t write(std::string_view octets) override { return server.take(octets); }

        scripted_server& server;
        asio::any_io_executor executor_;
        channel_listener* listener = nullptr;
    };

    std::size_t take(std::string_view octets) {
        const auto taken = std::min(octets.size(), window_);
        window_ -= taken;
        input_.append(octets.substr(0, taken));
        while (input_.size() >= 4) {
            const std::size_t length = base::byte_reader{input_}.u32();
            if (input_.size() < 4 + length) break;
            std::string body = input_.substr(4, length);
            input_.erase(0, 4 + length);
            handle(std::move(body));
        }
        return taken;
    }

    void handle(std::string body) {
        base::byte_reader fields{body};
        const auto type = static_cast<sftp::packet_type>(fields.u8());
        if (type == sftp::packet_type::init) {
            if (!silent) reply(0, sftp::version_reply{.extensions = sftp::sequence<sftp::extension_pair>{extensions}});
            return;
        }
        const auto id = fields.u32();
        seen.push_back({type, id, std::move(body)});
        const auto request = seen.back();
        answers_(*this, request);
    }

    script answers_;
    end* end_ = nullptr;
    std::string input_{};
    std::size_t window_ = std::numeric_limits<std::size_t>::max();
};

/// Runs `body` with a client of `server` until both are done; exceptions of `body` come out.
inline void run_with_client(scripted_server& server, std::function<awaitable<void>(sftp_client&)> body,
                            std::chrono::milliseconds operation = std::chrono::hours{1}) {
    asio::io_context context;
    const auto work = [](asio::io_context& io, scripted_server& far, std::function<awaitable<void>(sftp_client&)> inner,
                         std::chrono::milliseconds limit) -> awaitable<void> {
        auto client = co_await sftp_client::start(far.channel(io.get_executor()), limit);
        if (!client) throw std::runtime_error{client.error().message};
        co_await inner(**client);
    };
    std::exception_ptr failure;
    asio::co_spawn(context, work(context, server, std::move(body), operation),
                   [&](std::exception_ptr thrown) { failure = std::move(thrown); });
    context.run();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace gangway::net::testing
