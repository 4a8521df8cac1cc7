#include "receive_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gangway::ssh {
namespace {

constexpr unsigned small_reads_before_shrinking = 64;

}  // namespace

std::span<char> receive_buffer::space() {
    auto wanted = std::max(capacity_, std::min(initial_size, limit_));
    if (hungry_ && capacity_ < limit_) wanted = std::min(capacity_ * 2, limit_);
    if (size() == 0 && small_reads_ >= small_reads_before_shrinking) wanted = std::max(wanted / 2, initial_size);
    wanted = std::max(wanted, expected_);
    if (wanted != capacity_) {
        resize(wanted);
    } else if (begin_ != 0) {
        std::memmove(memory_.get(), data(), size());
        end_ = size();
        begin_ = 0;
    }
    hungry_ = false;
    offered_ = capacity_ - end_;
    return {memory_.get() + end_, offered_};
}

void receive_buffer::filled(std::size_t count) noexcept {
    end_ += count;
    hungry_ = count != 0 && count == offered_;
    small_reads_ = count <= capacity_ / 8 ? small_reads_ + 1 : 0;
}

void receive_buffer::trim() noexcept {
    if (size() != 0) return;
    memory_.reset();
    capacity_ = begin_ = end_ = 0;
    hungry_ = false;
}

void receive_buffer::resize(std::size_t capacity) {
    auto memory = std::make_unique_for_overwrite<char[]>(capacity);
    if (size() != 0) std::memcpy(memory.get(), data(), size());
    end_ = size();
    begin_ = 0;
    memory_ = std::move(memory);
    capacity_ = capacity;
    small_reads_ = 0;
}

}  // namespace gangway::ssh
