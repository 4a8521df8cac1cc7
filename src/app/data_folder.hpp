#pragma once
/// Whether the data folder is usable, as long as the gateway runs.

#include <gangway/api/readiness.hpp>
#include <gangway/base/clock.hpp>

#include <chrono>
#include <filesystem>
#include <mutex>

namespace gangway::app {

/// Looks at most every two seconds, however often it is asked, by making, filling and removing a file; who asks
/// meanwhile is told what was found last. Safe from any thread.
class data_folder final : public api::readiness {
  public:
    static constexpr std::chrono::seconds remembered{2};

    /// `blocking` and `clock` outlive this. The folder was usable when this was made.
    data_folder(std::filesystem::path folder, net::asio::thread_pool& blocking, const base::clock& clock)
        : folder_(std::move(folder)), blocking_(blocking), clock_(clock) {}

    /// "data_dir", or nothing.
    [[nodiscard]] net::awaitable<std::vector<std::string>> missing() override;

  private:
    [[nodiscard]] bool is_my_turn();
    void remember(bool usable);
    [[nodiscard]] bool was_usable() const;

    std::filesystem::path folder_;
    net::asio::thread_pool& blocking_;
    const base::clock& clock_;
    mutable std::mutex mutex_{};                         ///< guards the rest
    std::chrono::steady_clock::time_point next_look_{};  ///< the one who comes then looks
    bool usable_ = true;
};

/// Whether a file can be made in `folder`, and something written to it.
[[nodiscard]] bool can_be_written(const std::filesystem::path& folder) noexcept;

}  // namespace gangway::app
