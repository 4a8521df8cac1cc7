#pragma once
/// What the headers of resumable uploads say (tus resumable upload protocol 1.0.0).

#include <gangway/api/resource_request.hpp>
#include <gangway/base/error.hpp>
#include <gangway/crypto/hasher.hpp>
#include <gangway/model/remote_path.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

inline constexpr std::string_view tus_version = "1.0.0";
inline constexpr std::string_view tus_extensions =
    "creation,creation-with-upload,creation-defer-length,termination,checksum,expiration";
inline constexpr std::string_view tus_checksum_algorithms = "sha1,sha256";
inline constexpr std::string_view tus_content_type = "application/offset+octet-stream";
/// The largest number that every client can count to.
inline constexpr std::uint64_t tus_max_size = (std::uint64_t{1} << 53) - 1;

/// Upload-Metadata, as far as it means something here.
struct upload_metadata {
    model::remote_path path;
    std::optional<std::uint32_t> mode{};
    bool overwrite = false;
    bool parents = false;
};

/// Upload-Checksum.
struct upload_checksum {
    crypto::digest_algorithm algorithm;
    std::string digest;
};

/// The one value of a header; nothing if it is not there. Error: `bad_request` if it is given twice.
[[nodiscard]] base::result<std::optional<std::string_view>> single_field(const resource_request& request,
                                                                         std::string_view name);

/// The number in a header, up to `tus_max_size`; nothing if it is not there. Errors: `bad_request`; `payload_too_large`
/// for a number that is larger.
[[nodiscard]] base::result<std::optional<std::uint64_t>> size_field(const resource_request& request,
                                                                    std::string_view name);

/// Keys with values in base64: "path" (octets), "mode" (octal digits), "overwrite" and "parents" ("true" or "false").
/// Other keys, such as a client's "filename", mean nothing here. Errors, all `bad_request` with the field: no path, one
/// that names no file, a key given twice, a value that is no base64 or not of its kind.
[[nodiscard]] base::result<upload_metadata> parse_upload_metadata(std::string_view header);

/// Errors: `bad_request` for another algorithm than those offered, or a digest that is none of its.
[[nodiscard]] base::result<upload_checksum> parse_upload_checksum(std::string_view header);

}  // namespace gangway::api
