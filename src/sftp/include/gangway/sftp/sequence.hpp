#pragma once
/// Items that follow each other on the wire, read one at a time where they lie: nothing is materialised.

#include <gangway/sftp/codec.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

namespace gangway::sftp {

/// A view of octets that hold `Item`s, for range-for. The octets are checked when a message is decoded; the items of
/// octets from elsewhere end before the first malformed one.
template <class Item>
class sequence {
  public:
    using value_type = Item;

    constexpr sequence() = default;
    explicit constexpr sequence(std::string_view octets) noexcept : octets_(octets) {}

    [[nodiscard]] constexpr std::string_view octets() const noexcept { return octets_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return begin() == end(); }

    class iterator {
      public:
        using value_type = Item;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit constexpr iterator(std::string_view octets) : rest_(octets) { advance(); }
        /// The item's views live as long as the octets, not only as long as the iterator.
        constexpr const Item& operator*() const noexcept { return item_; }
        constexpr const Item* operator->() const noexcept { return &item_; }
        constexpr iterator& operator++() {
            advance();
            return *this;
        }
        constexpr void operator++(int) { advance(); }
        friend constexpr bool operator==(const iterator& at, std::default_sentinel_t) noexcept { return at.ended_; }

      private:
        constexpr void advance() {
            if (rest_.remaining() > 0) {
                item_ = {};
                rest_(item_);
                ended_ = !rest_.ok();
            } else {
                ended_ = true;
            }
        }
        field_reader rest_;
        Item item_{};
        bool ended_ = false;
    };
    [[nodiscard]] constexpr iterator begin() const { return iterator{octets_}; }
    [[nodiscard]] constexpr std::default_sentinel_t end() const noexcept { return {}; }

  private:
    std::string_view octets_{};
};

/// Adds an item to octets that a `sequence<Item>` will view.
template <class Item>
void append_item(std::string& octets, const Item& item) {
    field_writer write{octets};
    write(item);
}

}  // namespace gangway::sftp
