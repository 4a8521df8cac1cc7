#include "connect_first.hpp"
#include "loopback.hpp"
#include "run_coroutine.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/tcp_connect.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sys/resource.h>
#include <system_error>

namespace gangway::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

model::endpoint named(const tcp::endpoint& target) {
    return {model::host::parse(target.address().to_string()).value(), target.port()};
}

/// Without a default constructor, a socket cannot leave a coroutine that is spawned.
struct connect_test : testing::Test {
    ~connect_test() override { pool.join(); }

    base::result<tcp::socket> first_of(std::vector<tcp::endpoint> targets,
                                       std::chrono::milliseconds delay = connection_attempt_delay) {
        return run_coroutine(context, connect_first(server, std::move(targets), delay));
    }
    base::result<tcp::socket> connect(const model::endpoint& to, std::chrono::milliseconds limit = 1h,
                                      const egress_rules& rules = {.mode = egress_mode::open}) {
        const egress_policy policy{rules};
        return run_coroutine(context, tcp_connect(to, policy, pool, limit, reached));
    }

    asio::io_context context{1};
    asio::thread_pool pool{1};
    base::phase reached = base::phase::request;
    model::endpoint server{model::host::parse("server.example").value(), 22};
};

TEST(interleaved, families_take_turns_and_the_first_stays_first) {
    const auto at = [](const char* text) { return tcp::endpoint{asio::ip::make_address(text), 22}; };
    EXPECT_THAT(interleaved({at("::1"), at("::2"), at("::3"), at("1.1.1.1"), at("1.1.1.2")}),
                ElementsAre(at("::1"), at("1.1.1.1"), at("::2"), at("1.1.1.2"), at("::3")));
    EXPECT_THAT(interleaved({at("1.1.1.1"), at("::1"), at("::2")}), ElementsAre(at("1.1.1.1"), at("::1"), at("::2")));
    EXPECT_THAT(interleaved({at("1.1.1.1"), at("1.1.1.2")}), ElementsAre(at("1.1.1.1"), at("1.1.1.2")));
    EXPECT_TRUE(interleaved({}).empty());
}

TEST_F(connect_test, socket_is_connected_with_its_options_on) {
    const auto listener = listen_on_loopback(context);
    auto socket = first_of({listener.local_endpoint()}).value();
    EXPECT_EQ(socket.remote_endpoint(), listener.local_endpoint());
    tcp::no_delay no_delay;
    socket.get_option(no_delay);
    EXPECT_TRUE(no_delay.value());
    asio::socket_base::keep_alive keep_alive;
    socket.get_option(keep_alive);
    EXPECT_TRUE(keep_alive.value());
}

TEST_F(connect_test, address_that_refuses_is_followed_by_the_next_at_once) {
    const auto listener = listen_on_loopback(context);
    const auto socket = first_of({closed_endpoint(context), closed_endpoint(context), listener.local_endpoint()}, 1h);
    EXPECT_EQ(socket.value().remote_endpoint(), listener.local_endpoint());
}

TEST_F(connect_test, address_that_does_not_answer_is_followed_by_the_next_after_a_while) {
    const deaf_listener deaf{context};
    const auto listener = listen_on_loopback(context);
    const auto start = std::chrono::steady_clock::now();
    const auto socket = first_of({deaf.endpoint(), listener.local_endpoint()});
    EXPECT_EQ(socket.value().remote_endpoint(), listener.local_endpoint());
    EXPECT_GE(std::chrono::steady_clock::now() - start, 250ms);
}

TEST_F(connect_test, all_refused_is_connection_refused) {
    const auto failed = first_of({closed_endpoint(context), closed_endpoint(context)});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, errc::connection_refused);
    EXPECT_EQ(failed.error().where, base::phase::tcp);
    EXPECT_TRUE(failed.error().message.contains("server.example:22"));
}

TEST_F(connect_test, no_route_is_unreachable_unless_another_address_refused) {
    // Broadcast is no target for TCP, with or without a network.
    const tcp::endpoint nowhere{asio::ip::address_v4::broadcast(), 22};
    EXPECT_EQ(first_of({nowhere}).error().code, errc::unreachable);
    EXPECT_EQ(first_of({nowhere, closed_endpoint(context)}).error().code, errc::connection_refused);
    EXPECT_EQ(first_of({closed_endpoint(context), nowhere}).error().code, errc::connection_refused);
}

/// While it lives, no descriptor can be opened.
class no_descriptors {
  public:
    no_descriptors() {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        auto none = before_;
        none.rlim_cur = 0;
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    }
    ~no_descriptors() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }

  private:
    ::rlimit before_{};
};

TEST_F(connect_test, shortage_of_ours_is_not_put_down_to_the_server) {
    const auto listener = listen_on_loopback(context);
    (void)first_of({listener.local_endpoint()});  // what Asio opens once is open
    std::optional<base::error> failed;
    {
        const no_descriptors left;
        failed = first_of({listener.local_endpoint(), listener.local_endpoint()}).error();
    }
    EXPECT_EQ(failed->code, std::errc::too_many_files_open);
    EXPECT_EQ(failed->where, base::phase::tcp);
    EXPECT_TRUE(first_of({listener.local_endpoint()}));
}

TEST_F(connect_test, connection_of_a_port_with_itself_is_noticed) {
    tcp::socket alone{context, {asio::ip::address_v4::loopback(), 0}};
    alone.connect(alone.local_endpoint());
    EXPECT_TRUE(is_connected_to_itself(alone));
    const loopback_pair pair{context};
    EXPECT_FALSE(is_connected_to_itself(pair.near));
    EXPECT_FALSE(is_connected_to_itself(pair.far));
    EXPECT_FALSE(is_connected_to_itself(tcp::socket{context}));
}

TEST_F(connect_test, cancelled_attempts_are_closed) {
    const deaf_listener deaf{context};
    asio::cancellation_signal cancel;
    std::exception_ptr failure;
    constexpr auto drop = [](async_result<tcp::socket> work) -> awaitable<void> { (void)co_await std::move(work); };
    asio::co_spawn(context, drop(connect_first(server, {deaf.endpoint()})),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) { failure = thrown; }));
    context.poll();
    cancel.emit(asio::cancellation_type::terminal);
    context.run();  // returns: no attempt is left
    EXPECT_TRUE(failure);
}

TEST_F(connect_test, destroyed_context_closes_the_attempts) {
    const deaf_listener deaf{context};
    asio::io_context going{1};
    constexpr auto drop = [](async_result<tcp::socket> work) -> awaitable<void> { (void)co_await std::move(work); };
    asio::co_spawn(going, drop(connect_first(server, {deaf.endpoint(), deaf.endpoint()})), [](std::exception_ptr) {});
    going.poll();
}

TEST_F(connect_test, allowed_address_is_connected_to) {
    const auto listener = listen_on_loopback(context);
    EXPECT_EQ(connect(named(listener.local_endpoint())).value().remote_endpoint(), listener.local_endpoint());
    EXPECT_EQ(reached, base::phase::tcp);
}

TEST_F(connect_test, forbidden_address_is_never_connected_to) {
    auto listener = listen_on_loopback(context);
    const auto refused = connect(named(listener.local_endpoint()), 1h, {.mode = egress_mode::public_only});
    EXPECT_EQ(refused.error().code, errc::host_blocked);
    EXPECT_EQ(reached, base::phase::dns);
    listener.non_blocking(true);
    boost::system::error_code nobody;
    (void)listener.accept(nobody);
    EXPECT_EQ(nobody, asio::error::would_block);
}

TEST_F(connect_test, limit_covers_everything_and_is_named_as_it_was_given) {
    const deaf_listener deaf{context};
    const auto failed = connect(named(deaf.endpoint()), 5ms);
    EXPECT_EQ(failed.error().code, errc::timed_out);
    EXPECT_EQ(failed.error().where, base::phase::tcp);
    EXPECT_EQ(failed.error().message, "connecting to " + named(deaf.endpoint()).text() + " took longer than 5ms");
}

}  // namespace
}  // namespace gangway::net
