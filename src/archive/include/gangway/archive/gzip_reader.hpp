#pragma once
/// Files of gzip (RFC 1952), unpacked while they come.

#include <gangway/archive/errors.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace gangway::archive {

class inflater;

/// The octets go in through `feed`, and what is unpacked comes out of `next` until that has nothing. Checksum and
/// length of each member are compared. As with gzip(1), members that follow each other are one content, and zeros
/// behind the last are padding; anything else there is damage, because it may be a member whose beginning was lost.
///
/// Errors: `damaged`; `too_large` where more than `most` octets come out, before those are handed on.
class gzip_reader {
  public:
    explicit gzip_reader(std::uint64_t most);
    ~gzip_reader();
    gzip_reader(const gzip_reader&) = delete;
    gzip_reader& operator=(const gzip_reader&) = delete;

    /// `packed` lives until `next` has nothing more.
    void feed(std::string_view packed) noexcept { packed_ = packed; }
    /// Lives until the next call. Nothing: what was fed is used up.
    [[nodiscard]] base::result<std::string_view> next();
    /// All octets were fed: is the content complete?
    [[nodiscard]] base::result<void> finish() const;

  private:
    enum class state : std::uint8_t { nothing, member, between, padding };

    std::unique_ptr<inflater> inflater_;
    std::uint64_t most_;
    std::uint64_t size_ = 0;
    std::string_view packed_{};
    state state_ = state::nothing;
};

}  // namespace gangway::archive
