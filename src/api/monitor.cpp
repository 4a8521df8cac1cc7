#include "monitor.hpp"

#include "process_metrics.hpp"

#include <utility>

namespace gangway::api {

void monitor::observe(std::shared_ptr<const http_load> load) {
    const std::scoped_lock lock{mutex_};
    load_ = std::move(load);
}

void monitor::write(metrics_text& to) const {
    requests_.write(to);
    to.counter("gangway_troubles_total", "Lost resources and bugs: what the log calls trouble.",
               troubles_.load(std::memory_order_relaxed));
    const auto load = [this] {
        const std::scoped_lock lock{mutex_};
        return load_;
    }();
    if (load) {
        to.gauge("gangway_http_connections", "Open connections of clients.", load->connections.load());
        to.gauge("gangway_http_body_bytes", "Memory that is promised to the bodies of requests.", load->bodies.taken());
    }
    write_process(to);
}

}  // namespace gangway::api
