#include <gangway/sftp/detail/output_queue.hpp>

#include <algorithm>

namespace gangway::sftp::detail {
namespace {

/// Below this, what was sent is not worth moving the rest for.
constexpr std::size_t least_compaction = 64UL * 1024;
/// An empty buffer with more space than this gives it back.
constexpr std::size_t kept_capacity = 4UL * 1024 * 1024;

}  // namespace

std::string_view output_queue::front() const noexcept {
    const auto until = dropped_.empty() ? buffer_.size() : dropped_.front().begin - base_;
    return std::string_view{buffer_}.substr(sent_, until - sent_);
}

void output_queue::pop(std::size_t count) {
    sent_ += std::min(count, front().size());
    skip_dropped();
    compact();
}

bool output_queue::drop(std::uint64_t begin, std::uint64_t end) {
    if (begin < sent_position()) return false;
    const auto place = std::ranges::upper_bound(dropped_, begin, {}, &range::begin);
    dropped_.insert(place, {begin, end});
    dropped_size_ += end - begin;
    while (!dropped_.empty() && dropped_.back().end == this->end()) {
        dropped_size_ -= dropped_.back().end - dropped_.back().begin;
        buffer_.resize(dropped_.back().begin - base_);
        dropped_.pop_back();
    }
    skip_dropped();
    compact();
    return true;
}

void output_queue::clear() {
    base_ = end();
    buffer_ = {};
    sent_ = 0;
    dropped_.clear();
    dropped_size_ = 0;
}

void output_queue::skip_dropped() {
    auto first = dropped_.begin();
    for (; first != dropped_.end() && first->begin == sent_position(); ++first) {
        sent_ = first->end - base_;
        dropped_size_ -= first->end - first->begin;
    }
    dropped_.erase(dropped_.begin(), first);
}

void output_queue::compact() {
    if (sent_ == buffer_.size()) {
        base_ += sent_;
        sent_ = 0;
        buffer_.clear();
        if (buffer_.capacity() > kept_capacity) buffer_.shrink_to_fit();
    } else if (sent_ >= least_compaction && sent_ >= buffer_.size() / 2) {
        buffer_.erase(0, sent_);
        base_ += sent_;
        sent_ = 0;
    }
}

}  // namespace gangway::sftp::detail
