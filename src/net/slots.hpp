#pragma once
/// Items by number, for the tags of calls.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace gangway::net {

/// Keeps default-constructible items where they are; numbers are used again.
template <class Item>
class slots {
  public:
    std::uint32_t add(Item item) {
        ++used_;
        if (free_.empty()) {
            items_.push_back(std::move(item));
            return static_cast<std::uint32_t>(items_.size() - 1);
        }
        const auto slot = free_.back();
        free_.pop_back();
        items_[slot] = std::move(item);
        return slot;
    }
    Item take(std::uint32_t slot) {
        --used_;
        free_.push_back(slot);
        return std::exchange(items_[slot], Item{});
    }
    [[nodiscard]] Item& operator[](std::uint32_t slot) { return items_[slot]; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }

  private:
    std::deque<Item> items_{};
    std::vector<std::uint32_t> free_{};
    std::size_t used_ = 0;
};

/// A call's tag: what was asked, whose it is, and which part.
template <class Step>
struct call_label {
    Step what;
    std::uint32_t slot;
    std::uint32_t part = 0;

    [[nodiscard]] std::uint64_t tag() const noexcept {
        return (std::uint64_t{slot} << 32) | (std::uint64_t{part} << 8) | static_cast<std::uint64_t>(what);
    }
    [[nodiscard]] static call_label of(std::uint64_t tag) noexcept {
        return {static_cast<Step>(tag & 0xFF), static_cast<std::uint32_t>(tag >> 32),
                static_cast<std::uint32_t>(tag >> 8) & 0xFFFFFF};
    }
};

}  // namespace gangway::net
