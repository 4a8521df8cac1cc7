#pragma once
/// The bounds of resumable uploads.

#include <chrono>
#include <cstddef>

namespace gangway::api {

struct upload_limits {
    std::size_t uploads = 10'000;
    std::size_t per_session = 100;
    std::chrono::seconds idle{3600};  ///< not asked about for longer, an upload is given up
};

}  // namespace gangway::api
