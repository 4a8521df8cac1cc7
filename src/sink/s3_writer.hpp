#pragma once
/// A file on its way into a bucket.

#include "s3_client.hpp"

#include <gangway/sink/sink.hpp>

#include <string>
#include <vector>

namespace gangway::sink {

/// The octets of one part: `smallest_part`, or what it takes to stay within 10,000 parts.
inline constexpr std::size_t smallest_part = std::size_t{16} * 1024 * 1024;
[[nodiscard]] std::size_t part_size_for(std::uint64_t size) noexcept;

class s3_writer final : public writer {
  public:
    /// `client` must outlive it. Without a key it takes no more than one part.
    s3_writer(s3_client& client, const claim& owner, std::optional<model::destination_key> key, std::size_t part_size)
        : client_(client), owner_(claim_text(owner)), key_(std::move(key)), part_size_(part_size) {}
    ~s3_writer() override;

    void keep() override { keeps_ = true; }
    base::result<void> write(std::string_view octets) override;
    base::result<void> finish(const model::destination_key& key, std::string_view sha256) override;

    [[nodiscard]] base::result<staged_file> stage();
    [[nodiscard]] const staged_file& staged() const { return *staged_; }
    /// Puts the object where it belongs; `exists` where something is there.
    [[nodiscard]] base::result<s3_outcome> publish();

  private:
    [[nodiscard]] base::result<void> flush_part();

    s3_client& client_;
    std::string owner_;  ///< the claim as text
    std::optional<model::destination_key> key_;
    std::size_t part_size_;
    std::string part_{};  ///< what is not sent yet
    std::uint64_t size_ = 0;
    std::string upload_{};  ///< empty: there are no parts on the server
    std::vector<std::string> etags_{};
    bool owns_upload_ = true;
    bool keeps_ = false;                   ///< what is staged must be at the server
    std::optional<staged_file> staged_{};  ///< set by `finish`
};

}  // namespace gangway::sink
