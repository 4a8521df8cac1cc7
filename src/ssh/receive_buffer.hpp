#pragma once
/// Where a connection's input lands and is decrypted in place.

#include <cstddef>
#include <memory>
#include <span>

namespace gangway::ssh {

/// A contiguous queue of octets that the owner fills at the back and the packet reader empties at the front. It has no
/// memory before its first use, starts small, doubles while reads fill it, and halves when they have long been small.
/// `limit` bounds it, unless a single packet needs more.
class receive_buffer {
  public:
    static constexpr std::size_t initial_size = std::size_t{8} << 10;

    explicit receive_buffer(std::size_t limit) noexcept : limit_(limit) {}

    /// Room for the next octets, never empty unless `limit` octets are unread. Moves what is unread to the front.
    [[nodiscard]] std::span<char> space();
    void filled(std::size_t count) noexcept;

    [[nodiscard]] char* data() noexcept { return memory_.get() + begin_; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    void drop(std::size_t count) noexcept { begin_ += count; }
    /// The packet at the front has this many octets: room for them will be made.
    void expect(std::size_t count) noexcept { expected_ = count; }
    /// Gives the memory back if nothing is unread.
    void trim() noexcept;
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  private:
    void resize(std::size_t capacity);

    std::unique_ptr<char[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;     ///< of what is unread
    std::size_t end_ = 0;       ///< of what is unread
    std::size_t expected_ = 0;  ///< how large must the packet at the front be able to become?
    std::size_t offered_ = 0;   ///< how large was the latest space?
    bool hungry_ = false;       ///< did the latest octets fill all the space they had?
    unsigned small_reads_ = 0;  ///< how many in a row used an eighth of the buffer or less?
    std::size_t limit_;
};

}  // namespace gangway::ssh
