#pragma once
/// The API tokens of the database, at hand for every request.

#include <gangway/api/caller.hpp>
#include <gangway/net/asio.hpp>
#include <gangway/store/async_database.hpp>
#include <gangway/store/tokens.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gangway::api {

/// A copy of the tokens that are not revoked, by their hashes. What this process creates or revokes counts at once;
/// what other processes with the same database do, after `refresh_interval`. Safe from any thread.
class token_book : public std::enable_shared_from_this<token_book> {
  public:
    static constexpr std::chrono::seconds refresh_interval{5};

    /// `database` and `executor` outlive this.
    token_book(const net::asio::any_io_executor& executor, store::async_database& database, const base::clock& clock);

    /// Reads the tokens, and from then on again and again. On error nothing is known, and no token is accepted.
    [[nodiscard]] net::async_result<void> start();
    void stop();
    [[nodiscard]] net::async_result<void> refresh();

    /// Who brings this token; nothing if it is not known. Notes the use.
    [[nodiscard]] std::optional<caller> find(std::string_view token);

  private:
    struct entry {
        std::string id;
        caller who;
    };
    void refresh_later();
    void note_use(std::string id);

    store::async_database& database_;
    const base::clock& clock_;
    net::asio::steady_timer timer_;
    std::mutex mutex_{};                                                             ///< guards the rest
    std::unordered_map<std::string, entry> tokens_{};                                ///< by the hash
    std::unordered_map<std::string, std::chrono::steady_clock::time_point> used_{};  ///< by the id: written when
    bool stopped_ = false;
};

/// What the database keeps of a token: SHA-256 as hexadecimal digits.
[[nodiscard]] std::string token_hash(std::string_view token);

}  // namespace gangway::api
