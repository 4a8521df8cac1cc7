#include "connection.hpp"

#include "failures.hpp"
#include "message_numbers.hpp"
#include "octet_order.hpp"

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/base/escape.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace gangway::ssh {
namespace {

constexpr std::size_t longest_write = std::size_t{32} << 10;       ///< what every implementation takes (RFC 4253 6.1)
constexpr std::uint32_t most_unreported = std::uint32_t{1} << 20;  ///< received octets that open no window yet
constexpr unsigned most_requests = 16;                             ///< of ours, unanswered at a time
constexpr std::uint32_t prohibited = 1;                            ///< RFC 4254 section 5.1

/// The message number and the recipient's channel have been looked at.
base::byte_reader after_recipient(std::string_view payload) noexcept {
    return base::byte_reader(payload.substr(5));
}

std::string message(std::uint8_t number, std::uint32_t recipient) {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(number);
    out.u32(recipient);
    return payload;
}

}  // namespace

connection::outcome connection::receive(std::string_view payload, bool& known) {
    const auto number = static_cast<std::uint8_t>(payload.front());
    known = true;
    switch (number) {
        case msg::global_request:
            return take_global_request(payload);
        case msg::request_success:
        case msg::request_failure:
            return take_global_answer();
        case msg::channel_open:
            return take_channel_open(payload);
        default:
            break;
    }
    if (number < msg::channel_open_confirmation || number > msg::channel_failure) {
        known = false;
        return std::nullopt;
    }
    if (payload.size() < 5) return malformed("channel message");
    const auto at = channels_.find(load_u32(payload.data() + 1));
    if (at == channels_.end()) return refuse(errc::protocol_error, "the server named a channel that does not exist");
    return receive_for(at, number, payload);
}

connection::outcome connection::receive_for(channels::iterator at, std::uint8_t number, std::string_view payload) {
    const bool answers_open = number == msg::channel_open_confirmation || number == msg::channel_open_failure;
    if (at->second.open == answers_open) return unexpected_message("a channel message");
    switch (number) {
        case msg::channel_data:
            return take_data(at, payload);
        case msg::channel_window_adjust:
            return take_window_adjust(at->second, payload);
        case msg::channel_open_confirmation:
            return take_confirmation(at, payload);
        case msg::channel_open_failure:
            return take_open_failure(at, payload);
        case msg::channel_extended_data:
            return take_extended_data(at->second, payload);
        case msg::channel_request:
            return take_request(at->second, payload);
        default:
            break;
    }
    if (payload.size() != 5) return malformed("channel message");
    switch (number) {
        case msg::channel_eof:
            return take_eof(at);
        case msg::channel_close:
            return take_close(at);
        default:
            return take_answer(at, number == msg::channel_success);
    }
}

/// Keepalives, announcements of host keys and whatever else: a client has nothing to grant.
connection::outcome connection::take_global_request(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    (void)in.string();
    const bool wants_answer = in.u8() != 0;
    if (!in.ok()) return malformed("GLOBAL_REQUEST");
    if (wants_answer) out_->send({std::string(1, static_cast<char>(msg::request_failure))});
    return std::nullopt;
}

connection::outcome connection::take_global_answer() {
    if (global_requests_ == 0) return unexpected_message("an answer to no request");
    --global_requests_;
    return keepalive_answered{};
}

/// A server has no reason to open channels to a client that forwards nothing.
connection::outcome connection::take_channel_open(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    (void)in.string();
    const auto sender = in.u32();
    if (!in.ok()) return malformed("CHANNEL_OPEN");
    auto answer = message(msg::channel_open_failure, sender);
    base::byte_writer out(answer);
    out.u32(prohibited);
    out.string("");
    out.string("");
    out_->send({answer});
    return std::nullopt;
}

connection::outcome connection::take_confirmation(channels::iterator at, std::string_view payload) {
    auto& opened = at->second;
    auto in = after_recipient(payload);
    opened.remote = in.u32();
    opened.send_left = in.u32();
    opened.remote_packet = in.u32();
    if (!in.ok()) return malformed("CHANNEL_OPEN_CONFIRMATION");
    if (opened.remote_packet == 0)
        return refuse(errc::protocol_error, "the server opened a channel that takes no data", base::phase::subsystem);
    opened.open = true;
    if (opened.unwanted) {
        close(at->first);
        return std::nullopt;
    }
    return channel_opened{at->first};
}

connection::outcome connection::take_open_failure(channels::iterator at, std::string_view payload) {
    auto in = after_recipient(payload);
    const auto reason = in.u32();
    const auto text = in.string();
    if (!in.ok()) return malformed("CHANNEL_OPEN_FAILURE");
    channel_refused refused{.channel = at->first, .reason = reason, .text = base::escape(text)};
    channels_.erase(at);
    return refused;
}

connection::outcome connection::take_window_adjust(channel& to, std::string_view payload) {
    auto in = after_recipient(payload);
    const auto more = in.u32();
    if (!in.complete()) return malformed("CHANNEL_WINDOW_ADJUST");
    if (more > std::numeric_limits<std::uint32_t>::max() - to.send_left)
        return refuse(errc::protocol_error, "the server opened a window beyond its bound");
    to.send_left += more;
    return std::nullopt;
}

connection::outcome connection::take_data(channels::iterator at, std::string_view payload) {
    auto in = after_recipient(payload);
    const auto octets = in.string();
    if (!in.complete()) return malformed("CHANNEL_DATA");
    if (auto used = use_window(at->second, octets.size()); !used) return std::unexpected(used.error());
    if (at->second.close_sent || octets.empty()) return std::nullopt;
    return channel_data{.channel = at->first, .octets = octets};
}

connection::outcome connection::take_extended_data(channel& to, std::string_view payload) {
    auto in = after_recipient(payload);
    (void)in.u32();  // the kind: only stderr is defined
    const auto octets = in.string();
    if (!in.complete()) return malformed("CHANNEL_EXTENDED_DATA");
    if (auto used = use_window(to, octets.size()); !used) return std::unexpected(used.error());
    to.errors += octets.substr(0, bounds_.channel_stderr - to.errors.size());
    return std::nullopt;
}

base::result<void> connection::use_window(channel& to, std::size_t count) {
    if (to.eof_received) return unexpected_message("data after the end of data");
    if (count > to.receive_left || count > packet_)
        return refuse(errc::protocol_error, "the server sent more data than the window allows");
    to.receive_left -= static_cast<std::uint32_t>(count);
    open_window(to);
    return {};
}

/// Half a window at a time, of a large one less: neither a message per packet nor a pause.
void connection::open_window(channel& to) {
    if (to.close_sent || to.window - to.receive_left < std::min(to.window - to.window / 2, most_unreported)) return;
    auto adjust = message(msg::channel_window_adjust, to.remote);
    base::byte_writer out(adjust);
    out.u32(to.window - to.receive_left);
    out_->send({adjust});
    to.receive_left = to.window;
}

connection::outcome connection::take_eof(channels::iterator at) {
    if (std::exchange(at->second.eof_received, true)) return unexpected_message("a second end of data");
    if (at->second.close_sent) return std::nullopt;
    return channel_ended{at->first};
}

/// Each side sends CLOSE once (RFC 4254 section 5.3); with the second one the numbers are free.
connection::outcome connection::take_close(channels::iterator at) {
    close(at->first);
    channel_closed closed{
        .channel = at->first, .exit_status = at->second.exit_status, .errors = std::move(at->second.errors)};
    channels_.erase(at);
    return closed;
}

connection::outcome connection::take_request(channel& to, std::string_view payload) {
    auto in = after_recipient(payload);
    const auto name = in.string();
    const bool wants_answer = in.u8() != 0;
    if (!in.ok()) return malformed("CHANNEL_REQUEST");
    const bool is_exit_status = name == "exit-status";
    if (is_exit_status) {
        const auto status = in.u32();
        if (!in.complete()) return malformed("CHANNEL_REQUEST");
        if (!to.exit_status) to.exit_status = status;
    }
    if (wants_answer && !to.close_sent) send_for(to, is_exit_status ? msg::channel_success : msg::channel_failure);
    return std::nullopt;
}

connection::outcome connection::take_answer(channels::iterator at, bool granted) {
    if (at->second.requests == 0) return unexpected_message("an answer to no request");
    --at->second.requests;
    if (at->second.close_sent) return std::nullopt;
    return request_answered{.channel = at->first, .granted = granted};
}

std::optional<event> connection::next_writable() {
    if (wanting_write_ == 0 || out_->room() == 0) return std::nullopt;
    for (auto& [id, candidate] : channels_) {
        if (!candidate.wants_write || candidate.send_left == 0) continue;
        candidate.wants_write = false;
        --wanting_write_;
        return channel_writable{id};
    }
    return std::nullopt;
}

base::result<channel_id> connection::open_session(std::uint32_t window) {
    if (channels_.size() >= bounds_.channels) return too_early("one more channel");
    const auto id = next_id_++;
    auto& opening = channels_[id];
    opening.window = opening.receive_left = std::clamp(window, least_window, most_window);
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::channel_open);
    out.string("session");
    out.u32(id);
    out.u32(opening.window);
    out.u32(packet_);
    out_->send({payload});
    return id;
}

void connection::grow_window(channel_id id, std::uint32_t window) {
    auto* const to = find_open(id);
    if (to == nullptr) return;
    to->window = std::max(to->window, std::min(window, most_window));
    open_window(*to);
}

base::result<void> connection::request_subsystem(channel_id id, std::string_view name) {
    auto* const to = find_open(id);
    if (to == nullptr || to->requests == most_requests) return too_early("a request on this channel");
    auto payload = message(msg::channel_request, to->remote);
    base::byte_writer out(payload);
    out.string("subsystem");
    out.u8(1);  // wants an answer
    out.string(name);
    out_->send({payload});
    ++to->requests;
    return {};
}

std::size_t connection::write(channel_id id, std::string_view octets) {
    auto* const to = find_open(id);
    if (to == nullptr || to->eof_sent) return 0;
    std::size_t taken = 0;
    while (taken < octets.size() && to->send_left != 0 && out_->room() != 0) {
        const auto count = std::min(
            {octets.size() - taken, std::size_t{to->send_left}, std::size_t{to->remote_packet}, longest_write});
        std::array<char, 9> head;
        head[0] = static_cast<char>(msg::channel_data);
        store_u32(head.data() + 1, to->remote);
        store_u32(head.data() + 5, static_cast<std::uint32_t>(count));
        out_->send({{head.data(), head.size()}, octets.substr(taken, count)});
        to->send_left -= static_cast<std::uint32_t>(count);
        taken += count;
    }
    if (taken < octets.size() && !std::exchange(to->wants_write, true)) ++wanting_write_;
    return taken;
}

std::string_view connection::errors(channel_id id) const noexcept {
    const auto at = channels_.find(id);
    return at == channels_.end() ? std::string_view() : at->second.errors;
}

void connection::finish_writing(channel_id id) {
    auto* const to = find_open(id);
    if (to == nullptr || std::exchange(to->eof_sent, true)) return;
    send_for(*to, msg::channel_eof);
}

void connection::close(channel_id id) {
    const auto at = channels_.find(id);
    if (at == channels_.end()) return;
    auto& closing = at->second;
    if (!closing.open) {
        closing.unwanted = true;
        return;
    }
    if (std::exchange(closing.close_sent, true)) return;
    if (std::exchange(closing.wants_write, false)) --wanting_write_;
    send_for(closing, msg::channel_close);
}

base::result<void> connection::keepalive() {
    if (global_requests_ == most_requests) return too_early("one more keepalive");
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::global_request);
    out.string("keepalive@openssh.com");
    out.u8(1);  // wants an answer
    out_->send({payload});
    ++global_requests_;
    return {};
}

void connection::send_for(const channel& to, std::uint8_t number) {
    out_->send({message(number, to.remote)});
}

channel* connection::find_open(channel_id id) noexcept {
    const auto at = channels_.find(id);
    const bool usable = at != channels_.end() && at->second.open && !at->second.close_sent;
    return usable ? &at->second : nullptr;
}

}  // namespace gangway::ssh
