#pragma once
/// Where the key of a bucket comes from, when it is not in the vault.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::sink {

struct s3_credentials {
    std::string access_key_id;
    base::secret secret_access_key;
    base::secret session_token{};  ///< empty: none
};

/// From AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, as `variable` gives them (nullptr: not set).
/// Nothing where one of the first two is missing or empty.
[[nodiscard]] std::optional<s3_credentials> credentials_from_environment(
    const std::function<const char*(const char*)>& variable);

/// From the text of a shared credentials file: `[profile]`, then lines `name = value`; `#` and `;` begin comments.
/// Errors: `refused` where the profile or one of its two keys is missing; never shows a value.
[[nodiscard]] base::result<s3_credentials> credentials_from_file(std::string_view text, std::string_view profile);

/// Whether they can go into a request: an id of 1 to 128 visible ASCII characters, no line breaks elsewhere.
[[nodiscard]] bool are_usable(const s3_credentials& credentials) noexcept;

}  // namespace gangway::sink
