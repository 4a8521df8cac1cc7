#include <gangway/sftp/write_window.hpp>

#include <algorithm>
#include <utility>

namespace gangway::sftp {

write_window::write_window(std::uint64_t offset, std::uint32_t chunk, std::uint64_t in_flight)
    : in_flight_limit_(in_flight), position_(offset) {
    set_chunk(chunk);
}

void write_window::set_chunk(std::uint32_t octets) noexcept {
    chunk_ = std::clamp<std::uint32_t>(octets, 1, max_transfer);
}

std::optional<write_window::request> write_window::next_request(std::size_t available) {
    const auto length = static_cast<std::uint32_t>(std::min<std::size_t>(available, chunk_));
    if (length == 0 || failure_) return std::nullopt;
    const bool crowded = in_flight_octets_ + length > in_flight_limit_ || position_ + length - acknowledged() > reach_;
    if (!settled() && crowded) return std::nullopt;
    in_flight_.emplace(position_, length);
    in_flight_octets_ += length;
    return request{std::exchange(position_, position_ + length), length};
}

void write_window::on_reply(std::uint64_t offset, const reply& answer) {
    if (auto written = answer.succeeded()) {
        on_written(offset);
    } else {
        on_error(offset, std::move(written.error()));
    }
}

void write_window::on_written(std::uint64_t offset) {
    const auto found = in_flight_.find(offset);
    if (found == in_flight_.end()) return;
    in_flight_octets_ -= found->second;
    in_flight_.erase(found);
}

void write_window::on_error(std::uint64_t offset, base::error error) {
    if (!in_flight_.contains(offset)) return;
    on_written(offset);
    first_hole_ = std::min(first_hole_, offset);
    if (!failure_) failure_ = std::move(error);
}

std::uint64_t write_window::acknowledged() const noexcept {
    const auto waiting = settled() ? position_ : in_flight_.begin()->first;
    return std::min(waiting, first_hole_);
}

}  // namespace gangway::sftp
