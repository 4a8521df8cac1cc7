#pragma once
/// What every one-shot operation is told: which server, as whom, for how long.

#include <gangway/api/fields.hpp>
#include <gangway/model/credentials.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/fingerprint.hpp>
#include <gangway/remote/sessions.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace gangway::api {

inline constexpr std::chrono::milliseconds longest_call{600'000};
/// The same where the work can be any amount; what does not get on ends earlier, by the limit on progress.
inline constexpr std::chrono::milliseconds longest_work = std::chrono::hours{24};

/// The server, and what is expected of it.
struct server_request {
    std::string host_as_asked;
    std::optional<model::endpoint> server{};  ///< set unless there was an error
    std::optional<model::fingerprint> expected_key{};
    std::chrono::milliseconds limit = longest_call;  ///< for the whole operation
};

/// Fields `host`, `port`, `hostKey`, `timeoutMs`, which is at most `longest`, and that if it is not given.
[[nodiscard]] server_request decode_server(fields& from, std::chrono::milliseconds longest = longest_call);

/// Fields `username`, `password`, `privateKey`, `passphrase`, which are wiped where they stood. Nothing if neither a
/// password nor a key is given.
[[nodiscard]] std::optional<model::credentials> decode_optional_credentials(fields& from);
/// The same where they are needed: an error if there are none.
[[nodiscard]] model::credentials decode_credentials(fields& from);
/// A second copy, for a second try.
[[nodiscard]] model::credentials clone(const model::credentials& who);
[[nodiscard]] remote::target clone(const remote::target& where);

}  // namespace gangway::api
