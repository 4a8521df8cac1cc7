#include "ssh_agent.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdlib>
#include <utility>

namespace gangway::net {
namespace {

constexpr std::uint8_t request_identities = 11;
constexpr std::uint8_t identities_answer = 12;
constexpr std::uint8_t sign_request = 13;
constexpr std::uint8_t sign_response = 14;
constexpr std::uint32_t flag_rsa_sha2_256 = 2;
constexpr std::uint32_t flag_rsa_sha2_512 = 4;
constexpr std::uint32_t longest_message = 256U * 1024;
constexpr std::size_t most_keys = 32;

std::unexpected<base::error> no_agent(std::string_view what) {
    return base::fail(errc::auth_failed, base::phase::auth, "the key agent " + std::string(what));
}

std::uint32_t flags_for(std::string_view algorithm) noexcept {
    if (algorithm == "rsa-sha2-512") return flag_rsa_sha2_512;
    return algorithm == "rsa-sha2-256" ? flag_rsa_sha2_256 : 0;
}

}  // namespace

ssh_agent::ssh_agent(asio::any_io_executor executor) : socket_(executor) {
}

async_result<std::string> ssh_agent::ask(std::string request) {
    boost::system::error_code failure;
    const auto done = [&failure] { return asio::redirect_error(asio::use_awaitable, failure); };
    if (!socket_.is_open()) {
        const char* const path = std::getenv("SSH_AUTH_SOCK");
        if (path == nullptr || *path == '\0') co_return no_agent("is not running: SSH_AUTH_SOCK is not set");
        if (std::string_view(path).size() >= sizeof(sockaddr_un::sun_path)) co_return no_agent("has too long a path");
        co_await socket_.async_connect(asio::local::stream_protocol::endpoint(path), done());
        if (failure) co_return no_agent("does not answer (" + failure.message() + ")");
    }
    std::string framed;
    base::byte_writer(framed).string(request);
    co_await asio::async_write(socket_, asio::buffer(framed), done());
    std::array<char, 4> head{};
    if (!failure) co_await asio::async_read(socket_, asio::buffer(head), done());
    if (failure) co_return no_agent("hung up (" + failure.message() + ")");
    const auto size = base::byte_reader({head.data(), head.size()}).u32();
    if (size == 0 || size > longest_message) co_return no_agent("sent an impossible answer");
    std::string answer(size, '\0');
    co_await asio::async_read(socket_, asio::buffer(answer), done());
    if (failure) co_return no_agent("hung up (" + failure.message() + ")");
    co_return answer;
}

async_result<std::vector<std::string>> ssh_agent::keys() {
    const auto answer = co_await ask(std::string(1, static_cast<char>(request_identities)));
    if (!answer) co_return std::unexpected(answer.error());
    base::byte_reader in(*answer);
    if (in.u8() != identities_answer) co_return no_agent("does not tell its keys");
    const auto count = in.u32();
    std::vector<std::string> blobs;
    for (std::uint32_t i = 0; i < count && in.ok() && blobs.size() < most_keys; ++i) {
        blobs.emplace_back(in.string());
        (void)in.string();  // comment
    }
    if (!in.ok()) co_return no_agent("sent a malformed list of keys");
    co_return blobs;
}

async_result<std::string> ssh_agent::sign(std::string blob, std::string octets, std::string algorithm) {
    std::string request(1, static_cast<char>(sign_request));
    base::byte_writer out(request);
    out.string(blob);
    out.string(octets);
    out.u32(flags_for(algorithm));
    const auto answer = co_await ask(std::move(request));
    if (!answer) co_return std::unexpected(answer.error());
    base::byte_reader in(*answer);
    const auto number = in.u8();
    std::string signature(in.string());
    if (number != sign_response || !in.complete()) co_return no_agent("refused to sign");
    co_return signature;
}

}  // namespace gangway::net
