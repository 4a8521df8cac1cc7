#pragma once
/// HTTP by libcurl, signed for S3 (AWS Signature Version 4).

#include <gangway/sink/http_transport.hpp>
#include <gangway/sink/s3_bucket.hpp>

#include <memory>
#include <stop_token>

namespace gangway::sink {

/// May be used by several threads; connections are kept and used again. No proxy, no .netrc, no redirects; http and
/// https only. A connection takes at most 10 s to be made, and none may stand still for 30 s. `credentials` must
/// outlive it.
[[nodiscard]] std::unique_ptr<http_transport> make_curl_transport(const s3_settings& settings,
                                                                  const s3_credentials& credentials,
                                                                  address_check may_reach, std::stop_token stop);

}  // namespace gangway::sink
