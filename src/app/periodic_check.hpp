#pragma once
/// A look at something that the gateway needs, which is not taken more often than every two seconds.

#include <gangway/api/readiness.hpp>
#include <gangway/base/clock.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace gangway::app {

/// However often it is asked, one looks and the others are told what was found last. Safe from any thread.
class periodic_check : public api::readiness {
  public:
    static constexpr std::chrono::seconds remembered{2};

    /// `clock` outlives this. Nothing was missing when this was made.
    explicit periodic_check(const base::clock& clock) : clock_(clock) {}

    [[nodiscard]] net::awaitable<std::vector<std::string>> missing() final;

  protected:
    /// The names of what is missing. May take long.
    [[nodiscard]] virtual net::awaitable<std::vector<std::string>> look() = 0;

  private:
    [[nodiscard]] bool is_my_turn();
    void remember(std::vector<std::string> found);
    [[nodiscard]] std::vector<std::string> found_last() const;

    const base::clock& clock_;
    mutable std::mutex mutex_{};                         ///< guards the rest
    std::chrono::steady_clock::time_point next_look_{};  ///< the one who comes then looks
    std::vector<std::string> found_{};
};

/// Everything that any of several misses, in their order.
class all_checks final : public api::readiness {
  public:
    /// All of them outlive this.
    explicit all_checks(std::vector<api::readiness*> all) : all_(std::move(all)) {}

    [[nodiscard]] net::awaitable<std::vector<std::string>> missing() override;

  private:
    std::vector<api::readiness*> all_;
};

}  // namespace gangway::app
