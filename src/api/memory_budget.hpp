#pragma once
/// A bound on what all connections hold together.

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace gangway::api {

/// Counts octets that are promised to somebody. Safe from any thread; outlives its shares.
class memory_budget {
  public:
    explicit memory_budget(std::uint64_t octets) noexcept : whole_(octets), left_(octets) {}

    /// What was taken, given back at the end.
    class share {
      public:
        share(share&& other) noexcept : from_(std::exchange(other.from_, nullptr)), octets_(other.octets_) {}
        share(const share&) = delete;
        share& operator=(const share&) = delete;
        share& operator=(share&&) = delete;
        ~share() {
            if (from_ != nullptr) from_->left_ += octets_;
        }

      private:
        friend class memory_budget;
        share(memory_budget& from, std::uint64_t octets) noexcept : from_(&from), octets_(octets) {}
        memory_budget* from_;
        std::uint64_t octets_;
    };

    /// Nothing if that much is not left.
    [[nodiscard]] std::optional<share> take(std::uint64_t octets) noexcept {
        auto left = left_.load();
        do {
            if (octets > left) return std::nullopt;
        } while (!left_.compare_exchange_weak(left, left - octets));
        return share{*this, octets};
    }

    [[nodiscard]] std::uint64_t taken() const noexcept { return whole_ - left_.load(); }

  private:
    std::uint64_t whole_;
    std::atomic<std::uint64_t> left_;
};

}  // namespace gangway::api
