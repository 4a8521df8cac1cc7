#include "testing/listening.hpp"
#include "testing/scripted_sessions.hpp"

#include <gangway/api/server.hpp>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gangway::api {
namespace {

using namespace testing;

/// The whole of the room, with scripted servers behind it.
class whole_server : public ::testing::Test {
  protected:
    ~whole_server() override {
        if (serving) asio::co_spawn(context, serving->stop(std::chrono::seconds{1}), asio::use_future).get();
        work.reset();
        if (thread.joinable()) thread.join();
    }
    void start(server_settings settings = {}) {
        serving = server::start(context.get_executor(), {asio::ip::address_v4::loopback(), 0}, std::move(settings),
                                servers, log)
                      .value();
        thread = std::thread{[this] { context.run(); }};
    }
    std::string ask(std::string_view target, std::string_view body, std::string_view more = "") {
        blocking_client peer{serving->address()};
        peer.send("POST " + std::string{target} +
                  " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n" + std::string{more} + "\r\n" + std::string{body});
        return peer.rest();
    }

    asio::io_context context{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{asio::make_work_guard(context)};
    scripted_sessions servers;
    kept_log log;
    std::unique_ptr<server> serving;
    std::thread thread;
};

constexpr auto deletion = R"({"host":"h","username":"u","password":"p","path":"f"})";

TEST_F(whole_server, request_goes_all_the_way_and_back) {
    start();
    servers.host_key = model::fingerprint{{}};
    const auto got = ask("/api/sftp/delete", deletion);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
    EXPECT_TRUE(got.contains("Gangway-Host-Key: SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")) << got;
    EXPECT_TRUE(got.ends_with(R"({"success":true,"path":"f"})")) << got;
    const auto event = log.events(1).front();
    EXPECT_EQ(event.operation, "delete");
    EXPECT_EQ(event.host, "h:22");
}

TEST_F(whole_server, error_of_a_server_comes_back_with_its_status) {
    start();
    servers.script = [](const sftp_request&) { return status(2, "No such file"); };
    const auto got = ask("/api/sftp/delete", deletion);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 404 Not Found\r\n")) << got;
    EXPECT_EQ(log.events(1).front().code, "no_such_file");
}

TEST_F(whole_server, client_that_hangs_up_cancels_the_call_to_the_server) {
    start();
    std::promise<void> asked;
    servers.script = [&](const sftp_request&) {
        asked.set_value();
        return std::nullopt;
    };
    {
        blocking_client peer{serving->address()};
        peer.send("POST /api/sftp/delete HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                  std::to_string(std::string_view{deletion}.size()) + "\r\n\r\n" + deletion);
        asked.get_future().wait();
    }
    EXPECT_EQ(log.events(1).front().code, "client_gone");
    EXPECT_EQ(servers.leases_alive, 0);
}

TEST_F(whole_server, token_is_asked_for_if_there_is_one) {
    server_settings settings;
    settings.access.api_token = base::secret{"t0ken"};
    start(std::move(settings));
    EXPECT_TRUE(ask("/api/sftp/delete", deletion).starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(ask("/api/sftp/delete", deletion, "Authorization: Bearer t0ken\r\n").starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(servers.targets.size(), 1U);
}

TEST_F(whole_server, health_needs_no_host_and_no_token) {
    server_settings settings;
    settings.access.api_token = base::secret{"t0ken"};
    start(std::move(settings));
    blocking_client peer{serving->address()};
    peer.send("GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(peer.rest().ends_with(R"({"status":"ok"})"));
}

TEST_F(whole_server, listening_beyond_loopback_without_a_token_is_refused) {
    const auto refused = server::start(context.get_executor(), {asio::ip::address_v4::any(), 0}, {}, servers, log);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fact_named("field"), "listen");
}

TEST_F(whole_server, address_that_is_taken_is_named) {
    start();
    const auto refused = server::start(context.get_executor(), serving->address(), {}, servers, log);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fact_named("field"), "listen");
}

}  // namespace
}  // namespace gangway::api
