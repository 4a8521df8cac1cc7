#pragma once
/// RFC 1951 by zlib: octets in, fewer octets out.

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace gangway::archive {

/// One stream after the other. Throws `std::bad_alloc` where there is no memory; there is no other failure.
class deflater {
  public:
    deflater();
    /// Appends to `out` what is ready.
    void add(std::string_view octets, std::string& out);
    /// Appends the rest; the next octets begin a new stream.
    void finish(std::string& out);

  private:
    void run(std::string& out, int flush);

    struct deleter {
        void operator()(z_stream_s* stream) const noexcept;
    };
    std::unique_ptr<z_stream_s, deleter> stream_;
};

}  // namespace gangway::archive
