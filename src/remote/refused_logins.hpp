#pragma once
/// Which credentials a server refused lately, so that a client in a loop does not lock its account out.

#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace gangway::remote {

/// Counts refusals per server, user and credential: another credential is another count. A credential is known by a
/// keyed digest only. Bounded: the entries that are the oldest go first. Safe from any thread.
class refused_logins {
  public:
    static constexpr int tolerated = 2;                    ///< refusals after which nothing is tried any more
    static constexpr std::chrono::minutes remembered{15};  ///< since the last refusal
    static constexpr std::size_t most_entries = 10'000;

    explicit refused_logins(const base::clock& clock);

    /// What stands for these credentials at this server.
    [[nodiscard]] std::string key_of(const model::endpoint& server, const model::credentials& who) const;

    /// How long this credential must not be tried; nothing if it may.
    [[nodiscard]] std::optional<std::chrono::seconds> blocked_for(const std::string& key);
    void refused(const std::string& key);
    void accepted(const std::string& key);

  private:
    struct record {
        int count = 0;
        std::chrono::steady_clock::time_point last{};
    };
    void make_room();

    const base::clock& clock_;
    std::string digest_key_;  ///< random for each process, so that digests say nothing elsewhere
    std::mutex mutex_{};
    std::unordered_map<std::string, record> records_{};
};

/// The error for a credential that must not be tried for `wait`.
[[nodiscard]] base::error refused_twice(const model::endpoint& server, std::chrono::seconds wait);

}  // namespace gangway::remote
