#pragma once
/// Writing to a file while the next octets come.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace gangway::cli {

/// Writes octets to a descriptor in the order in which they are given, much of them on a thread of its own: to make
/// room for a page of a file costs the system about as much time as decrypting it costs us. What is little is written
/// by `finish`, without a thread. Used by one thread at a time.
class write_behind {
  public:
    static constexpr std::size_t block = 1024UL * 1024;  ///< octets that the thread is given at once
    static constexpr std::size_t most_blocks = 4;        ///< how far it may be behind

    /// The file outlives this.
    explicit write_behind(int file) noexcept : file_(file) {}
    /// What has not been written by then is not.
    ~write_behind();
    write_behind(const write_behind&) = delete;
    write_behind& operator=(const write_behind&) = delete;

    /// Copies the octets; waits while the thread is too far behind. Returns 0, or the system's number for why an
    /// earlier write failed: nothing is written after that.
    [[nodiscard]] int add(std::string_view octets);
    /// Waits until everything is written. Returns as `add` does.
    [[nodiscard]] int finish();

  private:
    [[nodiscard]] int hand_over();
    void run();
    [[nodiscard]] int write(std::string_view octets) const noexcept;

    int file_;
    std::string filling_{};
    std::mutex mutex_{};  ///< guards the following
    std::condition_variable changed_{};
    std::deque<std::string> waiting_{};  ///< the first of them may be being written
    std::deque<std::string> spare_{};    ///< blocks to be used again
    int failure_ = 0;
    bool ended_ = false;    ///< is nobody interested any more?
    std::thread thread_{};  ///< from the first full block on
};

}  // namespace gangway::cli
