#pragma once
/// Octets waiting to be sent, as one stream from which whole messages can be taken back.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::sftp::detail {

/// Messages are appended to `buffer()`; positions count from the first octet ever queued, so that they outlive the
/// moves of the buffer.
class output_queue {
  public:
    /// Append here, and only that.
    [[nodiscard]] std::string& buffer() noexcept { return buffer_; }
    /// The position after the last octet.
    [[nodiscard]] std::uint64_t end() const noexcept { return base_ + buffer_.size(); }

    /// The next octets to send; all that wait, unless messages further back were dropped.
    [[nodiscard]] std::string_view front() const noexcept;
    /// Octets waiting.
    [[nodiscard]] std::size_t size() const noexcept { return buffer_.size() - sent_ - dropped_size_; }
    /// The first `count` octets of `front()` were sent. Constant time, amortised over the octets.
    void pop(std::size_t count);

    /// Takes back the message from position `begin` to `end`, once; false if some of it was sent already. Positions at
    /// the end that become free are given out again.
    [[nodiscard]] bool drop(std::uint64_t begin, std::uint64_t end);
    void clear();

  private:
    struct range {
        std::uint64_t begin;
        std::uint64_t end;
    };
    [[nodiscard]] std::uint64_t sent_position() const noexcept { return base_ + sent_; }
    void skip_dropped();
    void compact();

    std::string buffer_{};
    std::uint64_t base_ = 0;        ///< position of the buffer's first octet
    std::size_t sent_ = 0;          ///< octets at the buffer's front that are done with
    std::vector<range> dropped_{};  ///< messages behind those that shall not be sent, in order
    std::size_t dropped_size_ = 0;  ///< octets in them
};

}  // namespace gangway::sftp::detail
