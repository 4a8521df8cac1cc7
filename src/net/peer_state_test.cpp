#include <gangway/net/peer_state.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace gangway::net {
namespace {

/// Both ends of a connection on loopback.
class peer_state : public ::testing::Test {
  protected:
    peer_state() {
        tcp::acceptor listening{context, {asio::ip::address_v4::loopback(), 0}};
        theirs.connect(listening.local_endpoint());
        ours = listening.accept();
    }
    /// The kernel needs a moment, even on loopback.
    bool soon_hung_up() {
        for (int i = 0; i < 1'000'000; ++i) {
            if (has_hung_up(ours)) return true;
            std::this_thread::yield();
        }
        return false;
    }

    asio::io_context context;
    tcp::socket theirs{context}, ours{context};
};

TEST_F(peer_state, open_connection_is_there) {
    EXPECT_FALSE(has_hung_up(ours));
    asio::write(theirs, asio::buffer(std::string{"x"}));
    EXPECT_FALSE(has_hung_up(ours));
}

TEST_F(peer_state, closed_and_half_closed_ones_show_without_reading) {
    asio::write(theirs, asio::buffer(std::string(1000, 'x')));
    theirs.shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(soon_hung_up());
    EXPECT_EQ(ours.available(), 1000U) << "nothing was read";
}

TEST_F(peer_state, reset_shows) {
    theirs.set_option(asio::socket_base::linger{true, 0});
    theirs.close();
    EXPECT_TRUE(soon_hung_up());
}

TEST_F(peer_state, socket_of_our_own_that_is_closed_has_nobody) {
    ours.close();
    EXPECT_TRUE(has_hung_up(ours));
}

}  // namespace
}  // namespace gangway::net
