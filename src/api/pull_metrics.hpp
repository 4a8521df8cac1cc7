#pragma once
/// What was pulled, for Prometheus.

#include "metrics_text.hpp"

#include <gangway/transfer/pull_service.hpp>

namespace gangway::api {

/// Labels are outcomes and the ids of connections that are there: as many as people have made.
void write_pulls(metrics_text& to, const transfer::pull_statistics& counted, store::timestamp now);

}  // namespace gangway::api
