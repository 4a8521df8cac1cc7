#pragma once
/// Logins that a client gave once and then names by an id.

#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/remote/sessions.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gangway::remote {

struct session_store_limits {
    std::size_t sessions = 1000;
    std::chrono::seconds idle{600};  ///< unused for longer, a session is forgotten
};

/// What a session stands for.
struct stored_session {
    target where;
    std::optional<model::fingerprint> host_key{};  ///< seen at the login that made it
};

/// Keeps credentials in memory only, and only for so long. Safe from any thread. Owned by whoever made it, and weakly
/// by its timer.
///
/// Who knows an id may use the credentials behind it, so ids are 192 random bits, and the store knows only their
/// digests: how long a lookup takes tells nothing about them.
class session_store : public std::enable_shared_from_this<session_store> {
  public:
    /// Sessions are forgotten on time by `executor`. `clock` outlives this.
    session_store(const net::asio::any_io_executor& executor, const base::clock& clock,
                  session_store_limits limits = {});

    /// The id of a new session, 32 characters of base64url. Error: `too_many_sessions`.
    [[nodiscard]] base::result<std::string> add(stored_session session);
    /// The session, or null. While somebody holds it, it does not become idle; after `remove` it lives until it is let
    /// go.
    [[nodiscard]] std::shared_ptr<const stored_session> find(std::string_view id);
    /// Whether it was there.
    bool remove(std::string_view id);
    /// Forgets what was idle for too long.
    void expire();

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] const session_store_limits& limits() const noexcept { return limits_; }

  private:
    using time_point = std::chrono::steady_clock::time_point;
    struct entry {
        std::shared_ptr<const stored_session> session;
        time_point used;
    };
    [[nodiscard]] bool is_over(entry& each, time_point now) const;
    void expire_locked();
    void expire_later();

    const base::clock& clock_;
    session_store_limits limits_;

    mutable std::mutex mutex_{};                         ///< guards the rest
    std::unordered_map<std::string, entry> sessions_{};  ///< by the digest of the id
    net::asio::steady_timer timer_;
    bool waiting_ = false;
};

}  // namespace gangway::remote
