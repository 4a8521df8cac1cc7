#pragma once
/// Plans the READs of one open file and puts their answers in order; no input or output.

#include <gangway/base/error.hpp>
#include <gangway/sftp/protocol.hpp>
#include <gangway/sftp/reply.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
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

/// Keeps many READs in flight, answered in any order, and yields the file's octets front to back.
///
/// At most `chunk` × `depth` octets are asked for and not yet taken, so a slow consumer stops the READs and nothing
/// else is buffered. A short answer's missing part is asked for again before anything new; two short answers of the
/// same size are taken for the server's cap, and the requests shrink to it while their number grows, up to 16-fold.
/// After many whole answers twice as much is tried again, each time after a longer while.
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
    /// file that is shorter is `errc::remote_changed`. `chunk` is the octets per READ, 1 to `max_transfer`; `depth` how
    /// many of those may be in flight, at least 1.
    read_window(std::uint64_t offset, std::optional<std::uint64_t> end, std::uint32_t chunk, std::size_t depth);

    /// Where the file probably ends, for a window without `end`: up to there READs go out at full depth, beyond it one
    /// at a time.
    void expect_end(std::uint64_t end) noexcept { expected_end_ = end; }
    /// Either may change at any time, e.g. when the server's limits become known. A cap that was learned stays.
    void set_chunk(std::uint32_t octets) noexcept;
    void set_depth(std::size_t depth) noexcept;

    /// The READ to send now, if any. The caller sends it: the next call returns another.
    [[nodiscard]] std::optional<request> next_request();

    /// The answer to the READ at `offset`, whatever it is: one of the three below. An offset that is not in flight is
    /// ignored.
    void on_reply(std::uint64_t offset, reply answer);
    /// DATA. A first answer without octets is asked again, a second is `errc::protocol_error`; octets beyond an end
    /// that the server reported are `errc::remote_changed`.
    void on_data(std::uint64_t offset, reply answer);
    /// STATUS EOF.
    void on_eof(std::uint64_t offset);
    void on_error(std::uint64_t offset, base::error error);

    /// The next octets in order.
    [[nodiscard]] std::optional<read_piece> next();

    /// Nothing more will be yielded. READs may still be in flight after a failure: abandon them.
    [[nodiscard]] bool done() const noexcept;
    /// Why the stream ends early, as soon as that is known, and for good once `done`; nothing if it is whole.
    [[nodiscard]] const std::optional<base::error>& failure() const noexcept { return failure_; }
    /// The offset of the next octet `next` yields: all before it were.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// READs that have not been answered.
    [[nodiscard]] std::size_t in_flight() const noexcept { return asked_; }
    /// Octets of the next READ, but for what is left of the file.
    [[nodiscard]] std::uint32_t chunk() const noexcept { return std::min(full_chunk_, cap_); }
    /// All before this was asked for.
    [[nodiscard]] std::uint64_t asked_to() const noexcept { return next_; }

  private:
    static constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();
    static constexpr std::uint32_t first_patience = 64;

    enum class state : std::uint8_t { gap, asked, held };
    struct segment {
        read_window::state state;
        std::uint32_t length;
        std::optional<reply> answer{};  ///< if held
    };

    [[nodiscard]] bool crowded() const noexcept;
    [[nodiscard]] std::optional<request> gap_request();
    [[nodiscard]] std::optional<request> new_request();
    request send(std::uint64_t offset, std::uint32_t length);
    /// Takes the READ at `offset` out of flight: the octets it asked for, or zero if there is none.
    std::uint32_t answered(std::uint64_t offset);
    void note_short(std::uint32_t octets) noexcept;
    void note_whole(std::uint32_t octets) noexcept;
    void stop_at(std::uint64_t offset, std::optional<base::error> error);

    std::map<std::uint64_t, segment> segments_{};  ///< what of [position_, next_) is where? without holes up to stop_
    std::uint64_t position_;                       ///< what was yielded?
    std::uint64_t next_;                           ///< what was asked for?
    std::uint64_t end_;                            ///< how far does the caller want it?
    std::uint64_t expected_end_ = nowhere;         ///< how far does the caller think the file goes?
    std::uint64_t eof_ = nowhere;                  ///< where did the server say it ends, at the lowest?
    std::uint64_t data_end_ = 0;                   ///< how far did octets come?
    std::uint64_t stop_;                           ///< where does the stream end?
    std::optional<base::error> failure_{};         ///< and why there?
    std::uint32_t full_chunk_ = 0;                 ///< octets per READ, as the caller wants it
    std::uint32_t cap_ = max_transfer;             ///< what does the server give at once?
    std::uint32_t last_short_ = 0;                 ///< how long was the last short answer?
    std::uint32_t whole_ = 0;                      ///< how many answers at the cap were whole, since it was learned?
    std::uint32_t patience_ = first_patience;      ///< after how many of them is more tried?
    std::size_t depth_ = 0;
    std::size_t asked_ = 0;  ///< segments in each state
    std::size_t held_ = 0;
    std::size_t gaps_ = 0;
    bool empty_seen_ = false;  ///< did an answer without octets come?
};

}  // namespace gangway::sftp
