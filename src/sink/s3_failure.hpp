#pragma once
/// What an answer of S3 that is no success means.

#include <gangway/sink/errors.hpp>
#include <gangway/sink/http_transport.hpp>

#include <string>

namespace gangway::sink {

struct s3_failure {
    std::string code{};  ///< "NoSuchKey"; empty where the answer has none
    base::error error;
    bool again = false;  ///< the same request may succeed in a moment
};

/// Also for an answer of 200 whose body is an `Error`, as completing an upload may have.
[[nodiscard]] s3_failure read_failure(const http_answer& answer);

}  // namespace gangway::sink
