#pragma once
/// What the gateway knows of itself.

#include "http_load.hpp"
#include "request_metrics.hpp"

#include <gangway/api/access_log.hpp>
#include <gangway/api/readiness.hpp>

#include <memory>
#include <mutex>

namespace gangway::api {

/// Stands before the log and counts what passes. Safe from any thread.
class monitor final : public access_log {
  public:
    /// `log` and `ready` outlive this; `ready` may be null.
    monitor(access_log& log, readiness* ready) : log_(log), ready_(ready) {}

    void request(const request_event& event) noexcept override {
        requests_.count(event);
        log_.request(event);
    }
    void trouble(std::string_view where, std::string_view what) noexcept override {
        troubles_.fetch_add(1, std::memory_order_relaxed);
        log_.trouble(where, what);
    }

    /// From now on, this is what the HTTP side uses.
    void observe(std::shared_ptr<const http_load> load);
    /// Requests, connections, and what the process uses.
    void write(metrics_text& to) const;
    [[nodiscard]] readiness* ready() const noexcept { return ready_; }

  private:
    access_log& log_;
    readiness* ready_;
    request_metrics requests_{};
    std::atomic<std::uint64_t> troubles_ = 0;
    mutable std::mutex mutex_{};               ///< guards the rest
    std::shared_ptr<const http_load> load_{};  ///< null until there is a listener
};

}  // namespace gangway::api
