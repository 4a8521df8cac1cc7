#include "deflater.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <zlib.h>

namespace gangway::archive {
namespace {

/// Whoever wants it smaller can compress again; here the network must not wait for the processor.
constexpr int level = Z_BEST_SPEED;
constexpr int raw_window_bits = -15;  // no zlib header
constexpr int memory_level = 8;

}  // namespace

deflater::deflater() {
    auto stream = std::make_unique<z_stream_s>();
    if (::deflateInit2(stream.get(), level, Z_DEFLATED, raw_window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc{};
    stream_.reset(stream.release());
}

void deflater::add(std::string_view octets, std::string& out) {
    while (!octets.empty()) {
        const auto part = octets.substr(0, std::numeric_limits<uInt>::max());
        octets.remove_prefix(part.size());
        // zlib does not write to its input; its interface only says so when built with ZLIB_CONST.
        stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
        stream_->avail_in = static_cast<uInt>(part.size());
        run(out, Z_NO_FLUSH);
    }
}

void deflater::finish(std::string& out) {
    stream_->avail_in = 0;
    run(out, Z_FINISH);
    ::deflateReset(stream_.get());
}

void deflater::run(std::string& out, int flush) {
    std::array<char, 32UL * 1024> ready;
    do {
        stream_->next_out = reinterpret_cast<Bytef*>(ready.data());
        stream_->avail_out = static_cast<uInt>(ready.size());
        ::deflate(stream_.get(), flush);
        out.append(ready.data(), ready.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
}

void deflater::deleter::operator()(z_stream_s* stream) const noexcept {
    ::deflateEnd(stream);
    delete stream;
}

}  // namespace gangway::archive
