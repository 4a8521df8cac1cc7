#pragma once
/// RFC 1951 and RFC 1952 by zlib: octets in, more octets out.

#include <gangway/archive/errors.hpp>

#include <memory>
#include <string_view>

struct z_stream_s;

namespace gangway::archive {

/// Throws `std::bad_alloc` where there is no memory.
class inflater {
  public:
    enum class format : unsigned char {
        raw,   ///< RFC 1951
        gzip,  ///< RFC 1952, one member; its checksum and length are compared
    };
    explicit inflater(format what);

    /// What comes out next; the octets that it took are gone from the front of `packed`. Nothing: it has ended, or
    /// wants more. Lives until the next call. Error: `damaged`.
    [[nodiscard]] base::result<std::string_view> next(std::string_view& packed);
    /// The stream is over, and what follows it is not its own.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Another stream follows.
    void restart();

  private:
    static constexpr std::size_t piece = std::size_t{64} * 1024;
    struct deleter {
        void operator()(z_stream_s* stream) const noexcept;
    };
    std::unique_ptr<z_stream_s, deleter> stream_;
    std::unique_ptr<char[]> ready_;
    bool ended_ = false;
};

}  // namespace gangway::archive
