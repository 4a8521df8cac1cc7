#pragma once
/// What all downloads together may ask of servers ahead of their clients.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

namespace gangway::api {

/// Lends octets: a quarter of what is left, so that a few downloads over long lines get all they can use, and many at
/// once get little each, but never nothing. Safe from any thread; outlives its shares.
class read_ahead {
  public:
    static constexpr std::uint64_t least = 128UL * 1024;       ///< what everybody gets, also beyond the total
    static constexpr std::uint64_t most = 32UL * 1024 * 1024;  ///< 64 MB/s at a round trip of half a second

    explicit read_ahead(std::uint64_t total) noexcept : left_(static_cast<std::int64_t>(total)) {}

    /// What was lent, given back at the end.
    class share {
      public:
        share() = default;
        share(share&& other) noexcept
            : from_(std::exchange(other.from_, nullptr)), octets_(std::exchange(other.octets_, 0)) {}
        share& operator=(share&& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(octets_, other.octets_);
            return *this;
        }
        ~share() {
            if (from_ != nullptr) from_->left_ += static_cast<std::int64_t>(octets_);
        }
        [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

      private:
        friend class read_ahead;
        share(read_ahead& from, std::uint64_t octets) noexcept : from_(&from), octets_(octets) {}
        read_ahead* from_ = nullptr;
        std::uint64_t octets_ = 0;
    };

    [[nodiscard]] share lend() noexcept {
        const auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(left_.load(), 0));
        const auto octets = std::clamp(left / 4, least, most);
        left_ -= static_cast<std::int64_t>(octets);
        return share{*this, octets};
    }

  private:
    std::atomic<std::int64_t> left_;
};

}  // namespace gangway::api
