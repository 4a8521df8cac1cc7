#include <gangway/base/byte_reader.hpp>
#include <gangway/sftp/detail/frame_reader.hpp>

#include <algorithm>
#include <utility>

namespace gangway::sftp::detail {
namespace {

/// A type and an id, or VERSION's type and number: the shortest body of anything a server sends.
constexpr std::uint32_t least_length = 5;
/// How far a length field is trusted before the octets come.
constexpr std::size_t trusted_length = 64UL * 1024;
/// Frames below this are left to the allocator.
constexpr std::size_t large_frame = 16UL * 1024;
constexpr std::size_t most_spares = 8;

}  // namespace

frame_step frame_reader::feed(std::string_view& octets, std::uint32_t longest) {
    if (head_size_ < head_.size()) {
        const auto taken = octets.copy(head_.data() + head_size_, head_.size() - head_size_);
        octets.remove_prefix(taken);
        head_size_ += taken;
        if (head_size_ < head_.size()) return frame_step::starved;
        if (length() < least_length || length() > longest) return frame_step::bad_length;
        begin();
    }
    append(octets);
    if (length() > max_message && !allowed_ && body_.size() >= least_length) return frame_step::oversized;
    return body_.size() == length() ? frame_step::complete : frame_step::starved;
}

frame frame_reader::take() {
    head_size_ = 0;
    allowed_ = false;
    return std::exchange(body_, {});
}

packet_type frame_reader::type() const noexcept {
    return static_cast<packet_type>(base::byte_reader{{body_.data(), body_.size()}}.u8());
}

request_id frame_reader::id() const noexcept {
    base::byte_reader in{{body_.data(), body_.size()}};
    in.u8();
    return in.u32();
}

std::uint32_t frame_reader::length() const noexcept {
    return base::byte_reader{head()}.u32();
}

void frame_reader::recycle(frame used) {
    if (used.capacity() < large_frame || used.capacity() > max_message || spares_.size() == most_spares) return;
    used.clear();
    spares_.push_back(std::move(used));
}

void frame_reader::begin() {
    if (length() < large_frame || spares_.empty()) return;
    body_ = std::move(spares_.back());
    spares_.pop_back();
}

void frame_reader::append(std::string_view& octets) {
    const auto taken = octets.substr(0, length() - body_.size());
    octets.remove_prefix(taken.size());
    const auto size = body_.size() + taken.size();
    if (size > body_.capacity()) {
        const auto ahead = std::max({size, 2 * body_.capacity(), trusted_length});
        body_.reserve(std::min<std::size_t>(length(), ahead));
    }
    body_.insert(body_.end(), taken.begin(), taken.end());
}

}  // namespace gangway::sftp::detail
