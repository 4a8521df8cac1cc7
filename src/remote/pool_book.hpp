#pragma once
/// Who may use which connection: the books of the session pool, without any connection, thread or clock.

#include <gangway/remote/pool_limits.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gangway::remote {

/// Everything asked is decided here, in the order of asking for each host; the owner carries the decisions out.
///
/// A connection belongs to one key (server, user, credential, expected host key) and carries several leases at once.
/// While a connection for a key is being made, others who ask for that key wait for it instead of making their own.
/// Where a host has all the connections it may have, an idle one of another key gives its place up at once, and a busy
/// one after a while: no key can keep others away by never resting.
class pool_book {
  public:
    using time_point = std::chrono::steady_clock::time_point;
    using connection_id = std::uint64_t;
    using asker_id = std::uint64_t;

    enum class verdict : std::uint8_t {
        use,   ///< a lease on `connection`; give it back with `released`
        dial,  ///< make a connection; say how it went with `dialled` or `not_dialled`
        fail,  ///< the connection this asker waited for could not be made
    };
    struct decision {
        asker_id asker;
        verdict what;
        connection_id connection = 0;
    };

    explicit pool_book(pool_limits limits) : limits_(limits) {}

    /// Somebody wants a session. The decision is among those of `take_decisions`, now or later.
    [[nodiscard]] asker_id ask(const std::string& host, const std::string& key, time_point now);
    /// The asker no longer waits, which others may have waited for. False if its decision was made before: that one is
    /// to be carried out or given back.
    bool withdraw(const std::string& host, asker_id asker, time_point now);

    /// The asker that was told to dial has made a connection, and holds the first lease on it.
    [[nodiscard]] connection_id dialled(const std::string& host, const std::string& key, time_point now);
    /// It could not. With `shared`, everybody who waited for this connection fails with it; otherwise the next of them
    /// dials.
    void not_dialled(const std::string& host, const std::string& key, time_point now, bool shared);

    /// A lease is over. A connection that is `broken` gets no new leases and is closed when its last one ends.
    void released(connection_id connection, time_point now, bool broken);
    /// The connection has ended by itself: as `released` with `broken`, for a lease that nobody had.
    void ended(connection_id connection, time_point now);
    /// Connections without leases that have become idle for too long or too old; they are forgotten, close them. To be
    /// called from time to time: also looks after those who have waited for too long.
    void expire(time_point now);

    [[nodiscard]] std::vector<decision> take_decisions() { return std::exchange(decisions_, {}); }
    /// Connections to be closed: they are in no book any more.
    [[nodiscard]] std::vector<connection_id> take_closings() { return std::exchange(closings_, {}); }
    [[nodiscard]] std::size_t connections() const noexcept { return places_.size(); }
    struct counts {
        std::size_t leases = 0, dialling = 0, waiting = 0;
    };
    [[nodiscard]] counts count() const;
    /// Since when the connection has had no lease, before the lease that was just given.
    [[nodiscard]] time_point idle_since(connection_id connection) const;

  private:
    struct connection {
        connection_id id;
        std::string key;
        std::size_t leases;
        time_point made;
        time_point idle_since;
        bool retired = false;
        bool stands_aside = false;  ///< takes no new work while somebody waits for its place
    };
    struct asker {
        asker_id id;
        std::string key;
        time_point since;
    };
    struct host_entry {
        std::vector<connection> connections{};
        std::map<std::string, std::size_t> dialling{};  ///< how many connections are being made for each key
        std::deque<asker> waiting{};
    };

    void serve(host_entry& host, time_point now);
    [[nodiscard]] bool decide(host_entry& host, const asker& who, time_point now);
    [[nodiscard]] bool make_room(host_entry& host);
    /// Lets a busy connection stand aside for each key that has waited for too long.
    void make_way(host_entry& host, time_point now) const;
    void stop_dialling(host_entry& host, const std::string& key);
    void close(host_entry& host, std::vector<connection>::iterator which);
    void forget_if_empty(const std::string& host);
    [[nodiscard]] static std::size_t dials(const host_entry& host);

    pool_limits limits_;
    std::uint64_t next_id_ = 1;
    std::map<std::string, host_entry> hosts_{};
    std::map<connection_id, std::string> places_{};  ///< the host of each connection
    std::vector<decision> decisions_{};
    std::vector<connection_id> closings_{};
};

}  // namespace gangway::remote
