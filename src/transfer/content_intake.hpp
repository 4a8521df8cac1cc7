#pragma once
/// What arrives of a file, on its way to the destination: as it is, or unpacked.

#include "unpack_rules.hpp"

#include <gangway/archive/gzip_reader.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/sink/sink.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::transfer {

/// What was published of a file that was unpacked.
struct unpacked_content {
    model::unpacking how = model::unpacking::none;
    std::uint64_t size = 0;
    std::string sha256{};  ///< 32 octets; empty where it is several files
};

/// `how` is none or gzip. Blocks as the writer does.
class content_intake {
  public:
    content_intake(model::unpacking how, std::uint64_t packed_size);

    [[nodiscard]] base::result<void> write(std::string_view octets, sink::writer& to);
    /// All octets were written; once. Error: the packed content is not complete.
    [[nodiscard]] base::result<void> finish();

    // After `finish`.
    [[nodiscard]] const std::string& arrived_sha256() const noexcept { return arrived_sha256_; }
    [[nodiscard]] const std::string& published_sha256() const noexcept {
        return unpacked_ ? unpacked_->sha256 : arrived_sha256_;
    }
    /// Nothing where it is published as it arrived.
    [[nodiscard]] const std::optional<unpacked_content>& unpacked() const noexcept { return unpacked_; }

  private:
    crypto::sha256_hasher arrived_{};
    std::string arrived_sha256_{};
    struct unpacker {
        explicit unpacker(std::uint64_t most) : gzip(most) {}
        archive::gzip_reader gzip;
        crypto::sha256_hasher content{};
    };
    std::optional<unpacker> unpacker_{};
    std::optional<unpacked_content> unpacked_{};
};

}  // namespace gangway::transfer
