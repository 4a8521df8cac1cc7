#pragma once
/// Requests, counted by route, method, status and error.

#include "metrics_text.hpp"

#include <gangway/api/access_log.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gangway::api {

/// Counting takes a few atomic additions, and no lock. There are only as many counters as the gateway has routes, known
/// methods, statuses and error codes: nothing that a client chooses makes new ones.
class request_metrics {
  public:
    request_metrics();

    void count(const request_event& event) noexcept;
    void write(metrics_text& to) const;

  private:
    using counter = std::atomic<std::uint64_t>;
    static constexpr std::size_t methods = 9;
    static constexpr std::size_t statuses = 40;
    static constexpr std::size_t buckets = 12;

    struct of_route {
        std::string_view path;
        std::array<std::array<counter, statuses>, methods> requests{};
        std::array<counter, buckets + 1> durations{};  ///< the last one is of what took longer
        counter microseconds = 0;
        counter received = 0;
        counter sent = 0;
    };
    [[nodiscard]] of_route& cell_of(std::string_view route) noexcept;
    void write_requests(metrics_text& to) const;
    void write_durations(metrics_text& to) const;

    std::vector<std::unique_ptr<of_route>> routes_{};  ///< those of the table, and one for everything else
    std::unordered_map<std::string_view, of_route*> by_path_{};
    std::vector<std::pair<std::string_view, std::unique_ptr<counter>>> errors_{};  ///< by code
};

}  // namespace gangway::api
