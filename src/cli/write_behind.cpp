#include "write_behind.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace gangway::cli {

write_behind::~write_behind() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

int write_behind::add(std::string_view octets) {
    while (!octets.empty()) {
        const auto part = octets.substr(0, block - filling_.size());
        if (filling_.capacity() < block && filling_.size() + part.size() > block / 4) filling_.reserve(block);
        filling_ += part;
        octets.remove_prefix(part.size());
        if (filling_.size() < block) continue;
        if (const int failure = hand_over(); failure != 0) return failure;
    }
    return 0;
}

int write_behind::finish() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return waiting_.empty() || failure_ != 0; });
    if (failure_ == 0) failure_ = write(std::exchange(filling_, {}));
    return failure_;
}

int write_behind::hand_over() {
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return waiting_.size() < most_blocks || failure_ != 0; });
        if (failure_ != 0) return failure_;
        waiting_.push_back(std::exchange(filling_, {}));
        if (!spare_.empty()) {
            filling_ = std::move(spare_.back());
            spare_.pop_back();
        }
    }
    if (!thread_.joinable()) thread_ = std::thread{[this] { run(); }};
    changed_.notify_all();
    return 0;
}

void write_behind::run() {
    std::unique_lock lock{mutex_};
    while (failure_ == 0) {
        changed_.wait(lock, [this] { return !waiting_.empty() || ended_; });
        if (ended_) return;
        // A deque keeps it where it is while others are added.
        const std::string_view next{waiting_.front()};
        lock.unlock();
        const int failure = write(next);
        lock.lock();
        failure_ = failure;
        auto& used = spare_.emplace_back(std::move(waiting_.front()));
        used.clear();
        waiting_.pop_front();
        changed_.notify_all();
    }
}

int write_behind::write(std::string_view octets) const noexcept {
    while (!octets.empty()) {
        const auto count = ::write(file_, octets.data(), octets.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        octets.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

}  // namespace gangway::cli
