#pragma once
/// What a request says about a folder that is to be pulled.

#include "managed_call.hpp"

#include <gangway/base/secret.hpp>
#include <gangway/store/folders.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/transfer/folder_settings.hpp>

#include <optional>
#include <string>

namespace gangway::api {

/// The fields that are given; the others keep what they were.
struct folder_fields {
    std::optional<std::string> name{};
    std::optional<std::string> remote_folder{};  ///< octets
    std::optional<bool> enabled{};
    // Canonical JSON, as it is stored.
    std::optional<std::string> rules{}, destination{}, schedule{}, expected_by{};
    bool to_bucket = false;  ///< `destination` is one
    std::optional<base::secret> secret_access_key{};

    void apply(store::folder& row) const;
};

/// Reads the body. A local destination is made; that blocks, so it is done elsewhere. Errors name the field.
[[nodiscard]] net::async_result<folder_fields> read_folder(managed_call& call);

}  // namespace gangway::api
