#include "http_gateway.hpp"

#include <gangway/net/deadline.hpp>
#include <gangway/net/tcp_connect.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace gangway::cli {
namespace {

namespace asio = net::asio;
namespace http = boost::beast::http;
namespace ssl = asio::ssl;

constexpr std::chrono::seconds longest_connect{10};
constexpr std::uint64_t largest_answer = 64U << 20U;
constexpr auto silently = asio::as_tuple(asio::use_awaitable);

/// What became of a call that was cancelled: by a signal, or by a deadline that tells of itself.
base::error interrupted() {
    return {std::make_error_code(std::errc::operation_canceled), base::phase::request,
            "interrupted; the gateway may have done what it was asked"};
}

/// The person's own machine and network: only what is no gateway for sure is refused.
net::egress_rules open_rules() {
    return {.mode = net::egress_mode::open, .allowed = {}, .block_cloudflare = false};
}

struct raw_answer {
    unsigned status;
    std::string body;
};

class http_gateway final : public gateway {
  public:
    http_gateway(gateway_address where, std::optional<base::secret> token)
        : where_(std::move(where)), token_(std::move(token)) {
        if (!where_.tls) return;
        boost::system::error_code ignored;  // without authorities no certificate is valid
        tls_.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                         ignored);
        tls_.set_default_verify_paths(ignored);
        tls_.set_verify_mode(ssl::verify_peer);
    }

    net::async_result<boost::json::object> call(api_call wanted) override {
        const auto patience = wanted.patience;
        auto answer = co_await net::with_deadline(exchange(std::move(wanted)), patience, base::phase::request,
                                                  "the answer of the gateway");
        if (!answer) co_return std::unexpected(std::move(answer.error()));
        auto object = understood(answer->status, answer->body);
        base::wipe(answer->body);
        co_return object;
    }

  private:
    net::async_result<raw_answer> exchange(api_call wanted) {
        auto reached = base::phase::request;
        auto socket = co_await net::tcp_connect(where_.server, egress_, blocking_, longest_connect, reached);
        if (!socket) {
            socket.error().message = "the gateway at " + where_.text() + " does not answer: " + socket.error().message;
            co_return std::unexpected(std::move(socket.error()));
        }
        if (!where_.tls) co_return co_await ask(*socket, std::move(wanted));
        ssl::stream<net::tcp::socket> stream{std::move(*socket), tls_};
        if (const auto agreed = co_await shake_hands(stream); !agreed) co_return std::unexpected(agreed.error());
        co_return co_await ask(stream, std::move(wanted));
    }

    net::async_result<void> shake_hands(ssl::stream<net::tcp::socket>& stream) {
        const auto& name = where_.server.host.text();
        boost::system::error_code failure;
        stream.set_verify_callback(ssl::host_name_verification{name}, failure);
        // RFC 6066 section 3: addresses are no server names.
        if (!failure && !where_.server.host.is_address() &&
            SSL_set_tlsext_host_name(stream.native_handle(), const_cast<char*>(name.c_str())) != 1)
            failure = asio::error::no_memory;
        if (!failure) std::tie(failure) = co_await stream.async_handshake(ssl::stream_base::client, silently);
        if (!failure) co_return base::result<void>{};
        if (failure == asio::error::operation_aborted) co_return std::unexpected(interrupted());
        auto why = failure.message();
        if (const auto verdict = ::SSL_get_verify_result(stream.native_handle()); verdict != X509_V_OK)
            why = std::string{"its certificate is not valid for this name here: "} +
                  ::X509_verify_cert_error_string(verdict);
        co_return base::fail(net::errc::handshake_failed, base::phase::request,
                             "no trusted connection to the gateway at " + where_.text() + ": " + why);
    }

    template <class Stream>
    net::async_result<raw_answer> ask(Stream& stream, api_call wanted) {
        auto body = boost::json::serialize(wanted.body);
        const bool sends = wanted.method != "GET" && wanted.method != "DELETE";
        http::request<http::span_body<const char>> request{http::string_to_verb(wanted.method),
                                                           where_.prefix + wanted.target, 11};
        request.set(http::field::host, where_.host_field());
        request.set(http::field::user_agent, "gangway");
        request.set(http::field::accept, "application/json");
        request.set(http::field::connection, "close");
        if (token_) request.set(http::field::authorization, "Bearer " + std::string{token_->view()});
        if (wanted.revision) request.set(http::field::if_match, "\"" + std::to_string(*wanted.revision) + "\"");
        if (sends) {
            request.set(http::field::content_type, "application/json");
            request.body() = {body.data(), body.size()};
            request.prepare_payload();
        }
        auto [not_written, written] = co_await http::async_write(stream, request, silently);
        base::wipe(body);
        boost::beast::flat_buffer buffer;
        http::response_parser<http::string_body> parser;
        parser.body_limit(largest_answer);
        auto [failure, read] = co_await http::async_read(stream, buffer, parser, silently);
        // What refuses a body may close while it is still being sent: its answer says why.
        if (failure) co_return lost(not_written ? not_written : failure);
        co_return raw_answer{parser.get().result_int(), std::move(parser.get().body())};
    }

    [[nodiscard]] std::unexpected<base::error> lost(const boost::system::error_code& failure) const {
        if (failure == asio::error::operation_aborted) return std::unexpected(interrupted());
        if (failure == http::error::body_limit)
            return base::fail(net::errc::listing_too_large, base::phase::request,
                              "the answer of the gateway is longer than 64 MiB: ask for less with --limit");
        return base::fail(net::errc::connection_lost, base::phase::request,
                          "the gateway at " + where_.text() + " broke off: " + failure.message());
    }

    gateway_address where_;
    std::optional<base::secret> token_;
    net::egress_policy egress_{open_rules()};
    asio::thread_pool blocking_{1};
    ssl::context tls_{ssl::context::tls_client};
};

}  // namespace

std::unique_ptr<gateway> make_http_gateway(gateway_address where, std::optional<base::secret> token) {
    return std::make_unique<http_gateway>(std::move(where), std::move(token));
}

}  // namespace gangway::cli
