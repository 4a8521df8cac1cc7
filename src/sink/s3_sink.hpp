#pragma once
/// A bucket as a sink, over any transport; `open_s3_bucket` gives it the real one.

#include "s3_client.hpp"

#include <gangway/base/clock.hpp>
#include <gangway/sink/s3_bucket.hpp>

#include <memory>

namespace gangway::sink {

/// The clock must outlive it.
[[nodiscard]] std::unique_ptr<sink> make_s3_sink(s3_settings settings, std::unique_ptr<http_transport> transport,
                                                 std::unique_ptr<pause> pause, const base::clock& clock);

}  // namespace gangway::sink
