#pragma once
/// Libraries that only some uses need, and that bring many others: loaded when they are first called, by dlopen(3).

#include <string>

namespace gangway::base {

/// A shared library that is loaded, and stays until the process ends. Copies refer to the same one.
class shared_library {
  public:
    /// Loads it from where the dynamic linker looks for `soname`, e.g. "libz.so.1". Whether that worked is told by
    /// `loaded` and `problem`.
    explicit shared_library(const char* soname);

    [[nodiscard]] bool loaded() const noexcept { return problem_.empty(); }
    /// Why it is not loaded, or which of its functions is missing, as the linker says it; empty if nothing is wrong.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

    /// Lets `function` point to what the library calls `name`, whose type the caller vouches for; to nothing, and
    /// `problem` says so, if there is no such thing.
    template <class Function>
    void find(const char* name, Function*& function) {
        function = reinterpret_cast<Function*>(address_of(name));
    }

  private:
    [[nodiscard]] void* address_of(const char* name);

    void* handle_;
    std::string problem_{};
};

}  // namespace gangway::base
