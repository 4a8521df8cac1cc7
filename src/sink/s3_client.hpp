#pragma once
/// The requests to a bucket that publishing needs, each tried again where that may help.

#include "s3_address.hpp"

#include <gangway/sink/errors.hpp>
#include <gangway/sink/http_transport.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::sink {

/// Waiting between tries, as an interface, so that tests do not wait.
class pause {
  public:
    virtual ~pause() = default;
    /// False: whoever wanted this has changed their mind.
    [[nodiscard]] virtual bool wait(std::chrono::milliseconds time) = 0;
};

/// What is told about an object.
struct s3_object {
    std::uint64_t size = 0;
    std::string claim{};   ///< of the metadata; empty: none
    std::string sha256{};  ///< of the metadata, hexadecimal; empty: none
};

/// What is put beside an object, to know it again.
struct s3_marks {
    std::string claim;
    std::string sha256{};  ///< hexadecimal; empty where it is not known yet
};

enum class s3_outcome : std::uint8_t {
    done,
    exists,     ///< something is under the key, and If-None-Match said so
    not_there,  ///< no such object or upload
};

struct s3_upload {
    std::string key;  ///< with the prefix
    std::string id;
    std::string begun;  ///< "2026-01-15T12:00:00.000Z"
};

/// All keys are without the prefix. May be used by several threads. Arguments must outlive it.
class s3_client {
  public:
    s3_client(http_transport& transport, const s3_settings& settings, pause& pause)
        : transport_(transport), settings_(settings), pause_(pause) {}

    /// Nothing: there is no such object.
    [[nodiscard]] base::result<std::optional<s3_object>> look(std::string_view key);
    /// The SHA-256 of an object, 32 octets; nothing: there is no such object.
    [[nodiscard]] base::result<std::optional<std::string>> hash(std::string_view key);
    [[nodiscard]] base::result<s3_outcome> put(std::string_view key, std::string_view content, const s3_marks& marks);

    /// The id of a new upload.
    [[nodiscard]] base::result<std::string> begin_upload(std::string_view key, const s3_marks& marks);
    /// The ETag of the part. Parts count from 1.
    [[nodiscard]] base::result<std::string> put_part(std::string_view key, std::string_view upload, std::size_t number,
                                                     std::string_view content);
    [[nodiscard]] base::result<s3_outcome> complete(std::string_view key, std::string_view upload,
                                                    const std::vector<std::string>& etags);
    /// An upload that is not there is done, too.
    [[nodiscard]] base::result<void> abort(std::string_view key, std::string_view upload);
    /// The ETags of all parts; nothing: there is no such upload; none: there are no parts, or the storage lists none.
    [[nodiscard]] base::result<std::optional<std::vector<std::string>>> parts(std::string_view key,
                                                                              std::string_view upload);
    /// All uploads under the prefix that are not complete.
    [[nodiscard]] base::result<std::vector<s3_upload>> uploads();

  private:
    [[nodiscard]] base::result<http_answer> send(const http_request& request);
    [[nodiscard]] base::result<http_answer> send_once(const http_request& request, bool& again);

    http_transport& transport_;
    const s3_settings& settings_;
    pause& pause_;
};

}  // namespace gangway::sink
