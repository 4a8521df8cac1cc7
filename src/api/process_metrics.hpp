#pragma once
/// What this process uses.

#include "metrics_text.hpp"

namespace gangway::api {

/// The metrics that Prometheus expects of every process, from /proc, and `gangway_build_info`. What cannot be read is
/// left out.
void write_process(metrics_text& to);

}  // namespace gangway::api
