#include "inflater.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <zlib.h>

namespace gangway::archive {
namespace {

// Of zlib's interface: negative is a raw stream, 16 more one of gzip.
constexpr int raw_window_bits = -15, gzip_window_bits = 15 + 16;

}  // namespace

inflater::inflater(format what) : ready_(std::make_unique_for_overwrite<char[]>(piece)) {
    auto stream = std::make_unique<z_stream_s>();
    if (::inflateInit2(stream.get(), what == format::raw ? raw_window_bits : gzip_window_bits) != Z_OK)
        throw std::bad_alloc{};
    stream_.reset(stream.release());
}

base::result<std::string_view> inflater::next(std::string_view& packed) {
    if (ended_) return std::string_view{};
    const auto given = std::min<std::size_t>(packed.size(), std::numeric_limits<uInt>::max());
    // zlib does not write to its input; its interface only says so when built with ZLIB_CONST.
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream_->avail_in = static_cast<uInt>(given);
    stream_->next_out = reinterpret_cast<Bytef*>(ready_.get());
    stream_->avail_out = piece;
    const auto status = ::inflate(stream_.get(), Z_NO_FLUSH);
    packed.remove_prefix(given - stream_->avail_in);
    const auto out = std::string_view{ready_.get(), piece - stream_->avail_out};
    if (status == Z_STREAM_END) {
        ended_ = true;
        return out;
    }
    // Z_BUF_ERROR: nothing could be done without more octets.
    if (status == Z_OK || status == Z_BUF_ERROR) return out;
    if (status == Z_MEM_ERROR) throw std::bad_alloc{};
    return refused(errc::damaged,
                   std::string{"it cannot be unpacked: "} + (stream_->msg == nullptr ? "no stream" : stream_->msg));
}

void inflater::restart() {
    ::inflateReset(stream_.get());
    ended_ = false;
}

void inflater::deleter::operator()(z_stream_s* stream) const noexcept {
    ::inflateEnd(stream);
    delete stream;
}

}  // namespace gangway::archive
