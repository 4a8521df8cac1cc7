#include <gangway/sftp/messages/files.hpp>
#include <gangway/sftp/read_window.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gangway::sftp {
namespace {

/// A cap below this is not followed: the requests would become too many.
constexpr std::uint32_t least_chunk = 512;
/// When requests shrink, how many more of them there may be, and how many in all.
constexpr std::size_t most_growth = 16;
constexpr std::size_t grown_depth = 1024;
/// Whole answers after which a cap is doubted again, at the most.
constexpr std::uint32_t most_patience = 16'384;

base::error changed(std::string what) {
    return {errc::remote_changed, base::phase::sftp, std::move(what)};
}

}  // namespace

read_window::read_window(std::uint64_t offset, std::optional<std::uint64_t> end, std::uint32_t chunk, std::size_t depth)
    : position_(offset), next_(offset), end_(std::max(offset, end.value_or(nowhere))), stop_(end_) {
    set_chunk(chunk);
    set_depth(depth);
}

void read_window::set_chunk(std::uint32_t octets) noexcept {
    full_chunk_ = std::clamp<std::uint32_t>(octets, 1, max_transfer);
}

void read_window::set_depth(std::size_t depth) noexcept {
    depth_ = std::max<std::size_t>(depth, 1);
}

std::optional<read_window::request> read_window::next_request() {
    return gaps_ > 0 ? gap_request() : new_request();
}

bool read_window::crowded() const noexcept {
    return asked_ + held_ >= std::max(depth_, std::min(most_growth * depth_, grown_depth));
}

std::optional<read_window::request> read_window::gap_request() {
    const auto gap = std::ranges::find(segments_, state::gap, [](const auto& entry) { return entry.second.state; });
    // All that is held waits for a gap at the very front: it is asked for in any case, or nothing would move again.
    if (crowded() && gap != segments_.begin()) return std::nullopt;
    const auto [offset, whole] = std::pair{gap->first, gap->second.length};
    const auto length = std::min(whole, chunk());
    if (length < whole) {
        segments_.emplace(offset + length, segment{state::gap, whole - length});
    } else {
        --gaps_;
    }
    return send(offset, length);
}

std::optional<read_window::request> read_window::new_request() {
    auto until = stop_;
    if (next_ < expected_end_) {
        until = std::min(until, expected_end_);
    } else if (!segments_.empty() && segments_.rbegin()->first >= expected_end_) {
        return std::nullopt;
    }
    if (next_ >= until || crowded()) return std::nullopt;
    const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(chunk(), until - next_));
    if (next_ - position_ + length > std::uint64_t{full_chunk_} * depth_) return std::nullopt;
    return send(std::exchange(next_, next_ + length), length);
}

read_window::request read_window::send(std::uint64_t offset, std::uint32_t length) {
    segments_.insert_or_assign(offset, segment{state::asked, length});
    ++asked_;
    return {offset, length};
}

void read_window::on_reply(std::uint64_t offset, reply answer) {
    const auto data = answer.as<data_reply>();
    if (data) {
        on_data(offset, std::move(answer));
    } else if (data.error().code == errc::end_of_file) {
        on_eof(offset);
    } else {
        on_error(offset, data.error());
    }
}

void read_window::on_data(std::uint64_t offset, reply answer) {
    const auto data = answer.as<data_reply>();
    if (!data) return on_error(offset, data.error());
    const auto asked = answered(offset);
    if (asked == 0) return;
    const auto came = data->data.size();
    if (came > asked || (came == 0 && std::exchange(empty_seen_, true))) {
        return stop_at(offset, protocol_error(fmt::format("READ of {} octets was answered with {}", asked, came)));
    }
    const auto size = static_cast<std::uint32_t>(came);
    if (size > 0) data_end_ = std::max(data_end_, offset + size);
    if (data_end_ > eof_) stop_at(eof_, changed("the file grew while it was read"));
    if (offset >= stop_) return;

    if (size < asked) {
        segments_.emplace(offset + size, segment{state::gap, asked - size});
        ++gaps_;
        note_short(size);
    } else {
        note_whole(size);
    }
    if (size > 0) {
        segments_.emplace(offset, segment{state::held, size, std::move(answer)});
        ++held_;
    }
}

void read_window::on_eof(std::uint64_t offset) {
    if (answered(offset) == 0) return;
    eof_ = std::min(eof_, offset);
    if (data_end_ > eof_) return stop_at(eof_, changed("the file grew while it was read"));
    if (end_ == nowhere) return stop_at(offset, std::nullopt);
    stop_at(offset, changed(fmt::format("the file ended at octet {}, before {}", offset, end_)));
}

void read_window::on_error(std::uint64_t offset, base::error error) {
    if (answered(offset) != 0) stop_at(offset, std::move(error));
}

std::optional<read_piece> read_window::next() {
    if (segments_.empty()) return std::nullopt;
    const auto first = segments_.begin();
    if (first->second.state != state::held) return std::nullopt;
    read_piece piece{first->first, {}, *std::move(first->second.answer)};
    piece.octets = piece.frame.as<data_reply>()->data;
    position_ += piece.octets.size();
    --held_;
    segments_.erase(first);
    return piece;
}

bool read_window::done() const noexcept {
    // READs beyond an end of file are waited for: octets that one of them brings would belie it.
    return position_ >= stop_ && (failure_ || asked_ == 0);
}

std::uint32_t read_window::answered(std::uint64_t offset) {
    const auto found = segments_.find(offset);
    if (found == segments_.end() || found->second.state != state::asked) return 0;
    const auto length = found->second.length;
    segments_.erase(found);
    --asked_;
    return length;
}

void read_window::note_short(std::uint32_t octets) noexcept {
    if (octets == 0) return;
    if (octets != std::exchange(last_short_, octets)) return;
    cap_ = std::min(chunk(), std::max(octets, least_chunk));
    whole_ = 0;
}

/// A cap may have been a moment's shortage. One that is real costs a second READ each time it is tried.
void read_window::note_whole(std::uint32_t octets) noexcept {
    if (cap_ >= full_chunk_ || octets < cap_ || ++whole_ < patience_) return;
    cap_ = std::min(cap_ * 2, max_transfer);
    whole_ = 0;
    patience_ = std::min(patience_ * 2, most_patience);
    last_short_ = 0;
}

void read_window::stop_at(std::uint64_t offset, std::optional<base::error> error) {
    if (offset > stop_) return;
    stop_ = offset;
    failure_ = std::move(error);
    // Nobody will get what lies behind; only the READs in flight still have to be answered.
    std::erase_if(segments_, [this](const auto& entry) {
        const auto& [at, segment] = entry;
        if (at < stop_ || segment.state == state::asked) return false;
        if (segment.state == state::gap) --gaps_;
        if (segment.state == state::held) --held_;
        return true;
    });
}

}  // namespace gangway::sftp
