#pragma once
/// Octets that wait, in memory that is used again.

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace gangway::bench {

inline constexpr std::size_t block_size = 128UL * 1024;
/// How many unused blocks are kept.
inline constexpr std::size_t spare_blocks = 256;

using block = std::unique_ptr<std::array<char, block_size>>;

/// Blocks that are used again, so that a steady stream allocates nothing.
class block_pool {
  public:
    block take() {
        if (spare_.empty()) return std::make_unique_for_overwrite<block::element_type>();
        auto taken = std::move(spare_.back());
        spare_.pop_back();
        return taken;
    }
    void give(block used) {
        if (spare_.size() < spare_blocks) spare_.push_back(std::move(used));
    }

  private:
    std::vector<block> spare_{};
};

/// Octets in order. Blocks are filled to their end, so memory is what is held, whatever the size of each piece.
class octet_queue {
  public:
    explicit octet_queue(block_pool& pool) : pool_(pool) {}

    /// Where the next octets go; never empty.
    std::span<char> space() {
        if (blocks_.empty() || end_ == block_size) {
            blocks_.push_back(pool_.take());
            end_ = 0;
        }
        return std::span{*blocks_.back()}.subspan(end_);
    }
    void add(std::size_t count) {
        end_ += count;
        size_ += count;
    }
    /// The oldest octets, at most `most`; empty only if there are none.
    [[nodiscard]] std::span<const char> front(std::size_t most) const {
        if (size_ == 0) return {};
        const auto last = blocks_.size() == 1 ? end_ : block_size;
        return std::span{*blocks_.front()}.subspan(begin_, std::min(last - begin_, most));
    }
    void remove(std::size_t count) {
        begin_ += count;
        size_ -= count;
        if (size_ == 0 || begin_ == block_size) {
            if (size_ == 0) end_ = 0;
            begin_ = 0;
            pool_.give(std::move(blocks_.front()));
            blocks_.pop_front();
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    block_pool& pool_;
    std::deque<block> blocks_{};
    std::size_t begin_ = 0;  ///< in the first block
    std::size_t end_ = 0;    ///< in the last block
    std::size_t size_ = 0;
};

}  // namespace gangway::bench
