#pragma once
/// What a client tells its owner. Views live until the client's next `next`, `receive_space`, `received` or `trim`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gangway::ssh {

/// Our number of a channel. Numbers are not used again on one connection.
using channel_id = std::uint32_t;

/// The server has proved that it holds this key. Nothing more is sent or read until `accept_host_key`.
struct host_key_presented {
    std::string_view type;  ///< the key's type as its blob names it, e.g. "ssh-rsa"
    std::string_view blob;  ///< RFC 4253 section 6.6
};
/// The server takes login requests, and its EXT_INFO, if it sends one, has been read.
struct login_ready {};
struct login_succeeded {};
struct login_refused {
    std::vector<std::string> methods;  ///< what the server would take next
    bool partial;                      ///< the request was right, and more is asked for
    bool password_expired;             ///< it asked for a new password, which nobody gives it
};
/// The server would take a signature by the key that `query_key` named.
struct key_acceptable {};
struct prompt {
    std::string_view text;  ///< as the server sent it: show it escaped only
    bool echo;              ///< whether the answer may be seen while it is typed
};
/// Keyboard-interactive (RFC 4256): `answer` must follow, with as many answers as prompts, perhaps none.
struct prompts_received {
    std::string_view name;
    std::string_view instruction;
    std::vector<prompt> prompts;
};
struct channel_opened {
    channel_id channel;
};
/// The channel is gone; its number means nothing any more.
struct channel_refused {
    channel_id channel;
    std::uint32_t reason;  ///< RFC 4254 section 5.1
    std::string text;      ///< escaped
};
/// The answer to the oldest unanswered `request_subsystem` of the channel.
struct request_answered {
    channel_id channel;
    bool granted;
};
struct channel_data {
    channel_id channel;
    std::string_view octets;
};
/// `write` takes octets again after it took less than it was given.
struct channel_writable {
    channel_id channel;
};
struct channel_ended {  ///< the server sends no more data
    channel_id channel;
};
/// Closed by both sides; the channel's number means nothing any more.
struct channel_closed {
    channel_id channel;
    std::optional<std::uint32_t> exit_status;
    std::string errors;  ///< the first octets of its stderr, as they came
};
/// The server answered a `keepalive`.
struct keepalive_answered {};

using event = std::variant<host_key_presented, login_ready, login_succeeded, login_refused, key_acceptable,
                           prompts_received, channel_opened, channel_refused, request_answered, channel_data,
                           channel_writable, channel_ended, channel_closed, keepalive_answered>;

}  // namespace gangway::ssh
