#pragma once
/// Where an object is, as a URL.

#include <gangway/sink/s3_bucket.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::sink {

/// Each octet but letters, digits and `-._~` as `%XX`, as signatures want it (RFC 3986, section 2.3).
[[nodiscard]] std::string percent_encoded(std::string_view octets, bool keep_slashes);

/// Names and values not yet encoded. Signatures want the names in order; an empty value keeps its `=`.
using s3_query = std::vector<std::pair<std::string, std::string>>;

/// The URL of the object `key`, with the prefix in front; of the bucket itself where `key` is empty.
[[nodiscard]] std::string s3_url(const s3_settings& settings, std::string_view key, s3_query query = {});

}  // namespace gangway::sink
