#pragma once
/// A file descriptor that closes itself.

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace gangway::sink {

class descriptor {
  public:
    descriptor() = default;
    explicit descriptor(int number) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// Repeats `call` as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
    auto outcome = call();
    while (outcome == -1 && errno == EINTR)
        outcome = call();
    return outcome;
}

}  // namespace gangway::sink
