#pragma once
/// A file that is being made in the folder of temporary files.

#include "descriptor.hpp"

#include <gangway/sink/sink.hpp>

#include <memory>
#include <sys/types.h>

namespace gangway::sink {

/// "<row>-<fence>.part". The evidence of this sink is the claim alone.
[[nodiscard]] std::string temporary_name(std::string_view evidence);
/// Whose temporary file `name` is; nothing for other names.
[[nodiscard]] std::optional<claim> owner_of(std::string_view name);

class local_writer final : public writer {
  public:
    /// `folder` must outlive it. What the same claim left before is removed.
    [[nodiscard]] static base::result<std::unique_ptr<writer>> create(int folder, const claim& owner, mode_t mode);
    local_writer(int folder, std::string owner, descriptor file)
        : folder_(folder), owner_(std::move(owner)), file_(std::move(file)) {}
    ~local_writer() override;

    base::result<void> write(std::string_view octets) override;
    base::result<void> finish(const model::destination_key& key, std::string_view sha256) override;

    /// Syncs the file unless that is `synced_already`, and closes it. From then on it stays when this goes.
    [[nodiscard]] base::result<staged_file> stage(bool synced_already);
    /// What `stage` returned.
    [[nodiscard]] const staged_file& staged() const { return *staged_; }

  private:
    int folder_;
    std::string owner_;  ///< the claim as text
    descriptor file_;
    std::uint64_t size_ = 0;
    bool owns_file_ = true;
    std::optional<staged_file> staged_{};  ///< set by `finish`
};

}  // namespace gangway::sink
