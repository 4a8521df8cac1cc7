#pragma once
/// Channels and global requests (RFC 4254) of a connection that is logged in.

#include "channel.hpp"
#include "outbox.hpp"

#include <gangway/base/error.hpp>
#include <gangway/ssh/events.hpp>
#include <gangway/ssh/options.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace gangway::ssh {

class connection {
  public:
    /// `packet` is the most data the server may put into one packet.
    connection(outbox& out, const limits& bounds, std::uint32_t packet) noexcept
        : out_(&out), bounds_(bounds), packet_(packet) {}

    /// A message of the numbers 80 to 127, in `payload` with its number. Nothing: no news for the owner. Sets `known`
    /// to false for a number that means nothing here.
    [[nodiscard]] base::result<std::optional<event>> receive(std::string_view payload, bool& known);
    /// A channel that can be written to again, if there is one.
    [[nodiscard]] std::optional<event> next_writable();

    [[nodiscard]] bool none() const noexcept { return channels_.empty(); }
    /// The server has ignored what was asked of it.
    void forget() noexcept { channels_.clear(); }

    // As in `client`.
    [[nodiscard]] base::result<channel_id> open_session(std::uint32_t window);
    void grow_window(channel_id id, std::uint32_t window);
    [[nodiscard]] base::result<void> request_subsystem(channel_id id, std::string_view name);
    [[nodiscard]] std::size_t write(channel_id id, std::string_view octets);
    [[nodiscard]] std::string_view errors(channel_id id) const noexcept;
    void finish_writing(channel_id id);
    void close(channel_id id);
    [[nodiscard]] base::result<void> keepalive();

  private:
    using outcome = base::result<std::optional<event>>;
    using channels = std::map<channel_id, channel>;

    [[nodiscard]] outcome receive_for(channels::iterator at, std::uint8_t number, std::string_view payload);
    [[nodiscard]] outcome take_global_request(std::string_view payload);
    [[nodiscard]] outcome take_global_answer();
    [[nodiscard]] outcome take_channel_open(std::string_view payload);
    [[nodiscard]] outcome take_confirmation(channels::iterator at, std::string_view payload);
    [[nodiscard]] outcome take_open_failure(channels::iterator at, std::string_view payload);
    [[nodiscard]] outcome take_window_adjust(channel& to, std::string_view payload);
    [[nodiscard]] outcome take_data(channels::iterator at, std::string_view payload);
    [[nodiscard]] outcome take_extended_data(channel& to, std::string_view payload);
    [[nodiscard]] outcome take_eof(channels::iterator at);
    [[nodiscard]] outcome take_close(channels::iterator at);
    [[nodiscard]] outcome take_request(channel& to, std::string_view payload);
    [[nodiscard]] outcome take_answer(channels::iterator at, bool granted);
    [[nodiscard]] base::result<void> use_window(channel& to, std::size_t count);
    void open_window(channel& to);
    void send_for(const channel& to, std::uint8_t number);
    [[nodiscard]] channel* find_open(channel_id id) noexcept;

    outbox* out_;
    limits bounds_;
    std::uint32_t packet_;
    channels channels_;
    channel_id next_id_ = 0;
    unsigned wanting_write_ = 0;    ///< how many channels want to write?
    unsigned global_requests_ = 0;  ///< how many of ours are unanswered?
};

}  // namespace gangway::ssh
