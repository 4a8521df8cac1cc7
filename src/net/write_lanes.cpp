#include "write_lanes.hpp"

#include "typed_call.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace gangway::net {
namespace {

/// The receive window of a channel of OpenSSH.
constexpr double usual_window = 2.0 * 1024 * 1024;
/// The rate in octets per second that the lanes together are for.
constexpr double wanted_rate = 800e6;
/// Octets that may lie here unsent: enough for some turns of the event loop. Of several lanes each has less, because
/// the file is only there when the last one is empty.
constexpr std::size_t only_queue = 3UL * 1024 * 1024;
constexpr std::size_t shared_queue = 512UL * 1024;
/// Even where there is no delay, several are better than one: the server decrypts one while another writes.
constexpr std::size_t least_lanes = 4;
/// A lane takes four round trips to open: not worth it for less than this.
constexpr std::uint64_t least_left = 8UL * 1024 * 1024;
/// Where the size is not known: what has been written shows that it is much.
constexpr std::uint64_t least_written = 4UL * 1024 * 1024;

}  // namespace

std::size_t lanes_for(std::chrono::steady_clock::duration round_trip) {
    const auto held = wanted_rate * std::chrono::duration<double>(round_trip).count();
    return std::max(static_cast<std::size_t>(std::clamp(held / usual_window, 0.0, 1000.0)) + 1, least_lanes);
}

write_lanes::write_lanes(sftp_client& first, std::string handle, model::remote_path path, stripes how)
    : path_(std::move(path)), how_(std::move(how)), wanted_(how_.at_once ? how_.most : lanes_for(first.round_trip())) {
    shared_->lanes.push_back({.client = &first, .handle = std::move(handle)});
    wanted_ = how_.more ? std::min(wanted_, how_.most) : 1;
}

/// The coroutines that still open a lane may come to their end later than the connection.
write_lanes::~write_lanes() {
    stop_growing();
    shared_->lanes.clear();
}

write_lane* write_lanes::with_room() noexcept {
    const auto queue = shared_->lanes.size() == 1 ? only_queue : shared_queue;
    write_lane* emptiest = nullptr;
    for (auto& lane : shared_->lanes) {
        const bool lost = lane.own && !lane.used && !lane.client->usable();
        if (lost || lane.client->unsent() >= queue) continue;
        if (emptiest == nullptr || lane.client->unsent() < emptiest->client->unsent()) emptiest = &lane;
    }
    return emptiest;
}

std::size_t write_lanes::unsent() const noexcept {
    std::size_t octets = 0;
    for (const auto& lane : shared_->lanes)
        octets += lane.client->unsent();
    return octets;
}

void write_lanes::grow(std::uint64_t written) {
    if (asked_ >= wanted_ || shared_->closed) return;
    const bool worth_it = how_.size ? *how_.size >= written + least_left : written >= least_written;
    if (!worth_it) return;
    for (; asked_ < wanted_; ++asked_) {
        auto& cancel = shared_->openers.emplace_back();
        // Whatever becomes of it, the file can be written without this lane.
        asio::co_spawn(first().client->executor(), open(shared_, how_.more, path_),
                       asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
    }
}

awaitable<void> write_lanes::open(std::shared_ptr<shared> all, channel_opener more, model::remote_path path) {
    auto client = co_await more();
    if (!client || all->closed) co_return;
    auto handle =
        co_await typed_call(**client, sftp::open_request{.path = path.octets(), .flags = sftp::open_flag::write},
                            [](const sftp::handle_reply& reply) { return std::string{reply.handle}; });
    if (!handle || all->closed) co_return;
    auto* const own = client->get();
    all->lanes.push_back({.client = own, .handle = *std::move(handle), .own = *std::move(client)});
}

void write_lanes::stop_growing() noexcept {
    if (std::exchange(shared_->closed, true)) return;
    for (auto& opener : shared_->openers)
        opener.emit(asio::cancellation_type::terminal);
}

}  // namespace gangway::net
