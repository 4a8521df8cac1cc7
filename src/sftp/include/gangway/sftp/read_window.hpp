#pragma once
/// Plans the READs of one open file and puts their answers in order; no input or output.

#include <gangway/base/error.hpp>
#include <gangway/sftp/protocol.hpp>
#include <gangway/sftp/reply.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace gangway::sftp {

/// Octets of the file, in order, and the frame they lie in (moving the piece does not move them).
struct read_piece {
    std::uint64_t offset;
    std::string_view octets;  ///< not empty
    reply frame;              ///< give it to `session::recycle` after use
};

/// Keeps up to `depth` READs in flight, answered in any order, and yields the file's octets front to back.
///
/// A piece counts against the depth until it is taken, so a slow consumer stops the READs and nothing else is buffered.
/// A short answer's missing part is asked for again before anything new; two short answers of the same size are taken
/// for the server's cap, and the requests shrink to it.
///
/// What goes wrong at some offset ends the stream there: everything before it is still read and yielded, nothing after
/// it. So a failed transfer has yielded a true beginning of the file, never a hole.
class read_window {
  public:
    struct request {
        std::uint64_t offset;
        std::uint32_t length;
        friend bool operator==(const request&, const request&) = default;
    };

    /// Reads from `offset` to before `end`, or to the file's end. With an `end`, no octet beyond it is asked for, and a
    /// file that is shorter is `errc::remote_changed`. `chunk` is the octets per READ, `depth` at least 1.
    read_window(std::uint64_t offset, std::optional<std::uint64_t> end, std::uint32_t chunk, std::size_t depth);

    /// Where the file probably ends, for a window without `end`: up to there READs go out at full depth, beyond it one
    /// at a time.
    void expect_end(std::uint64_t end) noexcept { expected_end_ = end; }
    /// The octets per READ, 1 to `max_transfer`, e.g. when the server's limits become known. It may still shrink.
    void set_chunk(std::uint32_t octets) noexcept;
    void set_depth(std::size_t depth) noexcept;

    /// The READ to send now, if any. The caller sends it: the next call returns another.
    [[nodiscard]] std::optional<request> next_request();

    /// The answer to the READ at `offset`, whatever it is: one of the three below.
    void on_reply(std::uint64_t offset, reply answer);
    /// DATA. A first answer without octets is asked again, a second is `errc::protocol_error`; octets beyond an end
    /// that the server reported are `errc::remote_changed`.
    void on_data(std::uint64_t offset, reply answer);
    /// STATUS EOF.
    void on_eof(std::uint64_t offset);
    void on_error(std::uint64_t offset, base::error error);

    /// The next octets in order.
    [[nodiscard]] std::optional<read_piece> next();

    /// Nothing more will be yielded. READs that are still in flight may be abandoned.
    [[nodiscard]] bool done() const noexcept;
    /// Once `done`: why the stream ended early; nothing if it is whole.
    [[nodiscard]] const std::optional<base::error>& failure() const noexcept { return stop_.error; }
    /// The offset of the next octet `next` yields: everything before it was.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// READs that have not been answered.
    [[nodiscard]] std::size_t in_flight() const noexcept { return asked_; }
    [[nodiscard]] std::uint32_t chunk() const noexcept { return chunk_; }

  private:
    enum class state : std::uint8_t { gap, asked, held };
    /// A stretch of the file that has not been yielded; the map has its offset.
    struct segment {
        read_window::state state;
        std::uint32_t length;
        std::optional<reply> answer{};  ///< if held
    };
    using segments = std::map<std::uint64_t, segment>;
    struct stop {
        std::uint64_t offset;
        std::optional<base::error> error;
    };

    [[nodiscard]] std::optional<request> gap_request();
    [[nodiscard]] std::optional<request> new_request();
    /// Takes the READ at `offset` out of flight; the end if there is none.
    segments::iterator answered(std::uint64_t offset);
    void note_short(std::uint32_t octets) noexcept;
    void stop_at(std::uint64_t offset, std::optional<base::error> error);

    segments segments_{};               ///< what lies between `position_` and `next_`, without holes up to the stop
    std::uint64_t position_;            ///< what was yielded?
    std::uint64_t next_;                ///< what was asked for?
    std::optional<std::uint64_t> end_;  ///< how far was asked for by the caller?
    std::optional<std::uint64_t> expected_end_{};
    std::optional<std::uint64_t> eof_{};  ///< where did the server say the file ends, at the lowest?
    std::uint64_t data_end_ = 0;          ///< how far did octets come?
    stop stop_;                           ///< where does the stream end, and why?
    std::uint32_t chunk_;
    std::uint32_t last_short_ = 0;  ///< how long was the last short answer?
    std::size_t depth_;
    std::size_t asked_ = 0;
    std::size_t held_ = 0;
    std::size_t gaps_ = 0;
    bool empty_seen_ = false;  ///< did an answer without octets come?
};

}  // namespace gangway::sftp
