#pragma once
/// The channels that one file is written through.

#include <gangway/model/remote_path.hpp>
#include <gangway/net/striped_writer.hpp>

#include <boost/asio/cancellation_signal.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>

namespace gangway::net {

/// One channel and the file's handle on it.
struct write_lane {
    sftp_client* client;
    std::string handle;
    std::unique_ptr<sftp_client> own{};  ///< the same client, if the lane was opened here
    bool used = false;                   ///< was anything written through it?
};

/// How many fill a path with this round trip.
[[nodiscard]] std::size_t lanes_for(std::chrono::steady_clock::duration round_trip);

/// Begins with the channel that the caller has and grows. Destroying it closes the others.
class write_lanes {
  public:
    write_lanes(sftp_client& first, std::string handle, model::remote_path path, stripes how);
    ~write_lanes();
    write_lanes(const write_lanes&) = delete;
    write_lanes& operator=(const write_lanes&) = delete;

    [[nodiscard]] write_lane& first() noexcept { return shared_->lanes.front(); }
    [[nodiscard]] std::deque<write_lane>& all() noexcept { return shared_->lanes; }
    /// The one with the shortest queue if that takes one more WRITE, or null. References to lanes stay valid.
    [[nodiscard]] write_lane* with_room() noexcept;
    /// Octets in the queues of all.
    [[nodiscard]] std::size_t unsent() const noexcept;
    /// Opens more of them in the background if that is worth it, now that `written` octets of the file have been sent.
    void grow(std::uint64_t written);
    /// No lane is added from here on.
    void stop_growing() noexcept;

  private:
    /// Owned by this and by the coroutines that open a lane.
    struct shared {
        std::deque<write_lane> lanes{};
        std::list<asio::cancellation_signal> openers{};
        bool closed = false;
    };
    static awaitable<void> open(std::shared_ptr<shared> all, channel_opener more, model::remote_path path);

    std::shared_ptr<shared> shared_ = std::make_shared<shared>();
    model::remote_path path_;
    stripes how_;
    std::size_t wanted_;     ///< how many fill the path?
    std::size_t asked_ = 1;  ///< how many are there or on their way?
};

}  // namespace gangway::net
