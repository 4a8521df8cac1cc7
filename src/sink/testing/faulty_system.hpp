#pragma once
/// Makes system calls of the test program fail. It defines the functions of libc that the room calls, so that the
/// linker takes these.

#include <cstddef>
#include <string_view>

namespace gangway::sink {

/// While it lives, calls of `name` fail with `reason`, from the one with number `nth` on (the first is 0).
class failing_call {
  public:
    failing_call(std::string_view name, int reason, std::size_t nth = 0);
    ~failing_call();
    failing_call(const failing_call&) = delete;
    failing_call& operator=(const failing_call&) = delete;

    /// Only the call with number `nth` fails.
    failing_call& once();
    /// How many calls of that name there were.
    [[nodiscard]] std::size_t calls() const;
};

}  // namespace gangway::sink
