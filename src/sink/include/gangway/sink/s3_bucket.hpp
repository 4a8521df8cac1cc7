#pragma once
/// A sink that is a bucket of S3 or of anything that speaks its protocol.

#include <gangway/base/clock.hpp>
#include <gangway/sink/http_transport.hpp>
#include <gangway/sink/s3_credentials.hpp>
#include <gangway/sink/sink.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace gangway::sink {

struct s3_settings {
    std::string endpoint;               ///< "https://s3.eu-central-1.amazonaws.com", "http://127.0.0.1:9000"; no path
    std::string region = "us-east-1";   ///< part of every signature
    std::string bucket;                 //
    std::string prefix{};               ///< in front of all keys: "gangway/acme/"; what lies there belongs to this sink
    bool path_style = true;             ///< endpoint/bucket/key; otherwise bucket.endpoint/key
    bool conditional_writes = true;     ///< If-None-Match, which closes the moment between looking and writing
    bool look_first = true;             ///< HEAD before writing, for servers that ignore If-None-Match
    std::chrono::hours orphan_age{24};  ///< uploads that nobody knows are aborted when they are older
    std::optional<std::filesystem::path> ca_file{};  ///< instead of the system's authorities

    /// Refused, naming the field: an endpoint that is no http or https address of a host, a bucket that breaks the
    /// rules of S3, a prefix that is no key or does not end with a slash, a region with odd characters.
    [[nodiscard]] base::result<void> check() const;
};

/// Files of up to 16 MiB are one PUT; larger ones are uploads in parts, of which one is in memory at a time. A part has
/// 16 MiB, or more where the size that was announced would need more than 10,000.
///
/// `stage` keeps a small file in memory only: after a crash `recover` says `lost`, and it is fetched again. A large one
/// is complete on the server then. What a consumer removes before `recover` looks cannot be told from what never was:
/// S3 answers `lost`, never `consumed`, because a repeated object is better than a lost file.
///
/// Whether an object is this sink's own is told by its metadata (`gangway-claim`, `gangway-sha256`). Each request is
/// tried up to five times, where the failure may pass, with the same key, body and checksum. Redirects are not
/// followed: a signature is for one host, and an endpoint is what an operator has approved.
///
/// `credentials` and `clock` must outlive it. `may_reach` is empty: every address may be reached. After `stop` requests
/// end as `cancelled`.
[[nodiscard]] base::result<std::unique_ptr<sink>> open_s3_bucket(s3_settings settings,
                                                                 const s3_credentials& credentials,
                                                                 const base::clock& clock, address_check may_reach = {},
                                                                 std::stop_token stop = {});

}  // namespace gangway::sink
