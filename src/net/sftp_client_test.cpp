#include "testing/scripted_server.hpp"

#include <gangway/net/sftp_client.hpp>
#include <gangway/sftp/errors.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

namespace gangway::net {
namespace {

using namespace asio::experimental::awaitable_operators;
using sftp::packet_type;
using sftp::status_code;
using testing::scripted_server;
using testing::seen_request;

void answer_size(scripted_server& server, const seen_request& request, std::uint64_t size) {
    server.reply(request.id, sftp::attrs_reply{.attrs = {.size = size}});
}

awaitable<std::uint64_t> size_of(sftp_client& client, std::string path) {
    const auto answer = co_await client.call(sftp::stat_request{.path = path});
    co_return answer.value().as<sftp::attrs_reply>().value().attrs.size.value();
}

/// Resumes after what is posted now has run.
awaitable<void> turns(int count) {
    while (count-- > 0)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

TEST(sftp_client, call_returns_the_reply_to_its_own_request) {
    std::vector<seen_request> held;
    scripted_server server{[&](scripted_server& far, const seen_request& request) {
        held.push_back(request);
        if (held.size() < 3) return;
        for (const std::size_t i : {2U, 0U, 1U})
            answer_size(far, held[i], held[i].as<sftp::stat_request>().path.size());
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        const auto [one, two, three] =
            co_await (size_of(client, "1") && size_of(client, "22") && size_of(client, "333"));
        EXPECT_EQ(one, 1U);
        EXPECT_EQ(two, 2U);
        EXPECT_EQ(three, 3U);
    });
}

TEST(sftp_client, refusal_by_the_server_is_an_answer_of_call_and_an_error_of_perform) {
    scripted_server server{[](scripted_server& far, const seen_request& request) {
        far.status(request.id, status_code::permission_denied, "no");
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        EXPECT_TRUE((co_await client.call(sftp::remove_request{.path = "x"})).has_value());
        const auto removed = co_await client.perform(sftp::remove_request{.path = "x"});
        EXPECT_EQ(removed.error().code, sftp::errc::permission_denied);
        EXPECT_EQ(removed.error().message, "REMOVE failed: PERMISSION_DENIED — no");
    });
}

TEST(sftp_client, start_fails_with_advice_when_the_channel_closes_before_version) {
    scripted_server server{[](auto&, auto&) {}};
    server.silent = true;
    asio::io_context context;
    const auto work = [](asio::io_context& io, scripted_server& far) -> awaitable<void> {
        auto channel = far.channel(io.get_executor());
        far.hang_up();
        const auto client = co_await sftp_client::start(std::move(channel), std::chrono::hours{1});
        EXPECT_EQ(client.error().code, errc::subsystem_unavailable);
        EXPECT_EQ(client.error().where, base::phase::subsystem);
    };
    asio::co_spawn(context, work(context, server), asio::detached);
    EXPECT_GT(context.run(), 0U);
}

TEST(sftp_client, call_right_after_the_beginning_does_not_wait_for_version) {
    scripted_server server{
        [](scripted_server& far, const seen_request& request) { far.status(request.id, sftp::status_code::ok); }};
    asio::io_context context;
    const auto work = [](asio::io_context& io, scripted_server& far) -> awaitable<void> {
        const auto client = sftp_client::begin(far.channel(io.get_executor()), std::chrono::hours{1});
        EXPECT_FALSE(client->usable());
        EXPECT_TRUE(co_await client->perform(sftp::remove_request{.path = "a"}));
        EXPECT_TRUE(client->usable());
        EXPECT_TRUE(co_await client->greeted());
    };
    asio::co_spawn(context, work(context, server), asio::detached);
    EXPECT_GT(context.run(), 0U);
    EXPECT_EQ(server.seen.size(), 1U);
}

TEST(sftp_client, call_before_version_fails_as_the_start_does) {
    scripted_server server{[](scripted_server& far, const seen_request&) { far.hang_up(); }};
    server.silent = true;
    asio::io_context context;
    const auto work = [](asio::io_context& io, scripted_server& far) -> awaitable<void> {
        const auto client = sftp_client::begin(far.channel(io.get_executor()), std::chrono::hours{1});
        const auto call = co_await client->perform(sftp::remove_request{.path = "a"});
        const auto greeting = co_await client->greeted();
        for (const auto* const failed : {&call, &greeting}) {
            EXPECT_EQ(failed->error().code, errc::subsystem_unavailable);
            EXPECT_EQ(failed->error().where, base::phase::subsystem);
        }
    };
    asio::co_spawn(context, work(context, server), asio::detached);
    EXPECT_GT(context.run(), 0U);
}

TEST(sftp_client, text_before_version_ends_the_start_and_is_quoted) {
    scripted_server server{[](auto&, auto&) {}};
    server.silent = true;
    asio::io_context context;
    const auto work = [](asio::io_context& io, scripted_server& far) -> awaitable<void> {
        auto channel = far.channel(io.get_executor());
        far.deliver("Welcome to host\n");
        const auto client = co_await sftp_client::start(std::move(channel), std::chrono::hours{1});
        EXPECT_EQ(client.error().code, sftp::errc::protocol_error);
        EXPECT_NE(client.error().message.find("Welcome"), std::string::npos) << client.error().message;
    };
    asio::co_spawn(context, work(context, server), asio::detached);
    EXPECT_GT(context.run(), 0U);
}

TEST(sftp_client, channel_that_closes_fails_every_call_that_waits_and_later_ones) {
    scripted_server server{[](scripted_server& far, const seen_request&) {
        if (far.seen.size() == 2) far.hang_up();
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        const auto [one, two] = co_await (client.call(sftp::stat_request{.path = "a"}) &&
                                          client.perform(sftp::remove_request{.path = "b"}));
        EXPECT_EQ(one.error().code, errc::channel_closed);
        EXPECT_EQ(two.error().code, errc::channel_closed);
        EXPECT_FALSE(client.usable());
        const auto later = co_await client.perform(sftp::remove_request{.path = "c"});
        EXPECT_EQ(later.error().code, errc::channel_closed);
    });
    EXPECT_EQ(server.seen.size(), 2U);
}

TEST(sftp_client, breach_of_the_protocol_fails_every_call_that_waits) {
    scripted_server server{[](scripted_server& far, const seen_request& request) {
        far.reply(request.id, sftp::data_reply{.data = "x"});
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        const auto answer = co_await client.call(sftp::stat_request{.path = "a"});
        EXPECT_EQ(answer.error().code, sftp::errc::protocol_error);
        EXPECT_FALSE(client.usable());
    });
}

TEST(sftp_client, call_that_gets_no_answer_ends_at_the_operation_limit) {
    scripted_server server{[](auto&, auto&) {}};
    run_with_client(
        server,
        [](sftp_client& client) -> awaitable<void> {
            const auto answer = co_await client.call(sftp::stat_request{.path = "a"});
            EXPECT_EQ(answer.error().code, errc::timed_out);
            EXPECT_EQ(answer.error().where, base::phase::sftp);
        },
        std::chrono::milliseconds{1});
}

TEST(sftp_client, cancelled_call_that_was_sent_swallows_its_late_handle_and_closes_it) {
    std::optional<seen_request> open;
    scripted_server server{[&](scripted_server& far, const seen_request& request) {
        if (request.type == packet_type::open) {
            open = request;
        } else if (request.type == packet_type::close) {
            EXPECT_EQ(request.as<sftp::close_request>().handle, "late");
            far.status(request.id, status_code::ok);
        } else {
            far.reply(open->id, sftp::handle_reply{.handle = "late"});
            answer_size(far, request, 5);
        }
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        const auto first = co_await (client.call(sftp::open_request{.path = "f"}) || turns(8));
        EXPECT_EQ(first.index(), 1U);
        EXPECT_EQ(co_await size_of(client, "g"), 5U);
        co_await turns(4);
    });
    EXPECT_EQ(server.count(packet_type::close), 1U);
}

TEST(sftp_client, cancelled_call_that_was_not_sent_is_never_sent) {
    scripted_server server{[](scripted_server& far, const seen_request& request) { answer_size(far, request, 5); }};
    run_with_client(server, [&](sftp_client& client) -> awaitable<void> {
        server.open_window(0);
        co_await turns(2);
        const auto first = co_await (client.call(sftp::open_request{.path = "f"}) || turns(8));
        EXPECT_EQ(first.index(), 1U);
        server.open_window(1'000'000);
        EXPECT_EQ(co_await size_of(client, "g"), 5U);
    });
    EXPECT_EQ(server.count(packet_type::open), 0U);
}

TEST(sftp_client, small_peer_window_delays_requests_and_loses_none) {
    scripted_server server{[](scripted_server& far, const seen_request& request) {
        answer_size(far, request, request.as<sftp::stat_request>().path.size());
        far.open_window(3);
    }};
    run_with_client(server, [&](sftp_client& client) -> awaitable<void> {
        server.open_window(3);
        const auto reopen = [](scripted_server& far) -> awaitable<void> {
            for (int i = 0; i < 2000; ++i) {
                far.open_window(3);
                co_await turns(1);
            }
        };
        const auto size = co_await (size_of(client, std::string(1000, 'p')) || reopen(server));
        EXPECT_EQ(std::get<0>(size), 1000U);
    });
}

TEST(call_pipeline, ends_come_in_the_order_of_arrival_with_their_tags) {
    std::vector<seen_request> held;
    scripted_server server{[&](scripted_server& far, const seen_request& request) {
        held.push_back(request);
        if (held.size() == 3)
            for (const std::size_t i : {1U, 2U, 0U})
                answer_size(far, held[i], 1);
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        call_pipeline calls{client};
        for (std::uint64_t tag = 10; tag < 13; ++tag)
            EXPECT_TRUE(calls.start(sftp::stat_request{.path = "x"}, tag).has_value());
        std::vector<std::uint64_t> order;
        while (calls.outstanding() != 0)
            order.push_back((co_await calls.next()).tag);
        EXPECT_EQ(order, (std::vector<std::uint64_t>{11, 12, 10}));
    });
}

TEST(call_pipeline, destroyed_with_calls_in_flight_leaves_the_client_usable) {
    scripted_server server{[](scripted_server& far, const seen_request& request) {
        if (request.as<sftp::stat_request>().path == "g") answer_size(far, request, 7);
    }};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        {
            call_pipeline calls{client};
            EXPECT_TRUE(calls.start(sftp::stat_request{.path = "a"}).has_value());
            co_await turns(4);
            EXPECT_TRUE(calls.start(sftp::stat_request{.path = "b"}).has_value());
        }
        EXPECT_EQ(co_await size_of(client, "g"), 7U);
    });
    EXPECT_EQ(server.seen.size(), 2U);
}

TEST(call_pipeline, request_that_cannot_be_sent_is_not_outstanding) {
    scripted_server server{[](auto&, auto&) {}};
    run_with_client(server, [](sftp_client& client) -> awaitable<void> {
        call_pipeline calls{client};
        EXPECT_EQ(calls.start(sftp::stat_request{.path = std::string(5000, 'x')}).error().code, sftp::errc::too_long);
        EXPECT_EQ(calls.outstanding(), 0U);
        co_return;
    });
}

}  // namespace
}  // namespace gangway::net
