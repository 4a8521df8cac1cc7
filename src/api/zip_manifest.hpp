#pragma once
/// What an archive of a folder has in it, and what it has not.

#include <gangway/base/error.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::api {

/// Collects, then is written once. Lists are bounded, counts are exact. Paths are relative to the folder.
class zip_manifest {
  public:
    static constexpr std::size_t listed = 1000;

    explicit zip_manifest(const model::remote_path& folder) : folder_(folder.octets()) {}

    void folder() noexcept { ++folders_; }
    void file(std::uint64_t octets) noexcept {
        ++files_;
        octets_ += octets;
    }
    /// A link, a device, …: neither file nor folder.
    void skipped(std::string_view path, const sftp::attributes& attributes);
    /// Not in the archive, or not whole.
    void failed(std::string_view path, const base::error& why);

    /// JSON: `path`, `complete` (nothing failed), `files`, `folders`, `bytes`, `failed` (`path`, `error`, `code`),
    /// `failedCount`, `skipped` (`path`, `isSymlink`), `skippedCount`.
    [[nodiscard]] std::string text() const;

  private:
    struct failure {
        std::string path;
        std::string message;
        std::string_view code;
    };

    std::string folder_;
    std::uint64_t files_ = 0, folders_ = 0, octets_ = 0, failures_ = 0, skips_ = 0;
    std::vector<failure> failed_{};
    std::vector<std::pair<std::string, bool>> skipped_{};
};

}  // namespace gangway::api
