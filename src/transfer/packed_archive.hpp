#pragma once
/// An archive that has arrived whole, to be read in any order: its directory lies at its end.

#include <gangway/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace gangway::transfer {

/// In memory, or in a file that has no name, so that nothing of it is left after a crash. Blocks. Errors: of
/// sink::errc.
class packed_archive {
  public:
    /// `octets` must outlive it.
    explicit packed_archive(std::string_view octets) : octets_(octets), size_(octets.size()) {}
    /// Empty, and written to `folder`.
    [[nodiscard]] static base::result<packed_archive> on_disk(const std::filesystem::path& folder);

    [[nodiscard]] base::result<void> append(std::string_view octets);
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// `count` octets from `offset` on, or as many as there are; in `room`, or where they are.
    [[nodiscard]] base::result<std::string_view> read(std::uint64_t offset, std::size_t count, std::string& room) const;

  private:
    struct closer {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    std::string_view octets_{};
    std::unique_ptr<std::FILE, closer> file_{};
    std::uint64_t size_ = 0;
};

}  // namespace gangway::transfer
