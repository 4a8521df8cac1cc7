#pragma once
/// A folder's entries as the server sends them.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>
#include <gangway/sftp/attributes.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace gangway::net {

/// The limits of one folder (design, "Limits").
struct listing_limits {
    std::size_t entries = 1'000'000;
    std::size_t name_octets = 64U * 1024 * 1024;
    std::chrono::milliseconds duration{600'000};
};

/// Reads a folder with several READDIRs in flight. Runs on the client's strand; the client outlives it. Destroying it
/// closes the handle without waiting for the answer.
class directory_reader {
  public:
    struct entry {
        std::string_view name;  ///< octets; always a name that an entry can have, and neither "." nor ".."
        sftp::attributes attributes;
    };

    /// OPENDIR. Errors: those of the server; `no_such_file` where STAT shows a file. Cancelling closes the handle.
    [[nodiscard]] static async_result<std::unique_ptr<directory_reader>> open(sftp_client& client,
                                                                              model::remote_path path,
                                                                              listing_limits limits = {});
    virtual ~directory_reader() = default;

    /// The entries of the next answer, in the server's order: at least one, or none at the end of the folder. The names
    /// live until the next call. Errors: those of the server; `listing_too_large`.
    [[nodiscard]] virtual async_result<std::vector<entry>> read() = 0;
    /// Names so far that no entry can have: empty, "/" in it, NUL in it.
    [[nodiscard]] virtual std::size_t dropped() const noexcept = 0;
};

}  // namespace gangway::net
