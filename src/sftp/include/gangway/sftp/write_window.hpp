#pragma once
/// Plans the WRITEs of one open file; no input or output.

#include <gangway/base/error.hpp>
#include <gangway/sftp/protocol.hpp>
#include <gangway/sftp/reply.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace gangway::sftp {

/// Says how much to WRITE where, keeps the octets in flight bounded, and remembers the first failure.
///
/// A file is written only if every WRITE was acknowledged, so before CLOSE wait for `settled()` and look at
/// `failure()`: servers answer out of order, and an OK to the last WRITE says nothing about those before it.
class write_window {
  public:
    struct request {
        std::uint64_t offset;
        std::uint32_t length;
        friend bool operator==(const request&, const request&) = default;
    };

    /// Writes from `offset` on, `chunk` octets per WRITE (1 to `max_transfer`), at most `in_flight` octets
    /// unacknowledged; but one WRITE is always possible.
    write_window(std::uint64_t offset, std::uint32_t chunk, std::uint64_t in_flight);

    void set_chunk(std::uint32_t octets) noexcept;
    /// From here on no WRITE ends more than `octets` after the first one that is not acknowledged. So whatever becomes
    /// of the transfer, all but the last `octets` of the file are there, without a hole.
    void set_reach(std::uint64_t octets) noexcept { reach_ = octets; }

    /// The WRITE to send now, given that `available` octets wait; its data are the first `length` of them. Nothing if
    /// acknowledgements must come first, if a WRITE failed, or if nothing is available.
    [[nodiscard]] std::optional<request> next_request(std::size_t available);

    /// The answer to the WRITE at `offset`, whatever it is: one of the two below.
    void on_reply(std::uint64_t offset, const reply& answer);
    void on_written(std::uint64_t offset);
    void on_error(std::uint64_t offset, base::error error);

    /// No WRITE waits for its answer.
    [[nodiscard]] bool settled() const noexcept { return in_flight_.empty(); }
    /// The first failure that came. After it no further WRITE is planned.
    [[nodiscard]] const std::optional<base::error>& failure() const noexcept { return failure_; }
    /// Where the next WRITE goes.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// Everything from the start to here was acknowledged, without a hole.
    [[nodiscard]] std::uint64_t acknowledged() const noexcept;

  private:
    std::map<std::uint64_t, std::uint32_t> in_flight_{};  ///< offset and length of what has not been answered
    std::uint64_t in_flight_octets_ = 0;
    std::uint64_t in_flight_limit_;
    std::uint64_t reach_ = UINT64_MAX;
    std::uint64_t position_;
    std::uint64_t first_hole_ = UINT64_MAX;  ///< the lowest offset that failed
    std::uint32_t chunk_;
    std::optional<base::error> failure_{};
};

}  // namespace gangway::sftp
