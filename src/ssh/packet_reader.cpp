#include "packet_reader.hpp"

#include "failures.hpp"

#include <utility>

namespace gangway::ssh {
namespace {

constexpr std::size_t length_field = 4;
constexpr std::size_t least_padding = 4;
constexpr std::size_t least_length = 1 + 1 + least_padding;  ///< padding length, one octet of payload, padding

}  // namespace

packet_reader::packet_reader(std::size_t buffer_limit, std::size_t longest) : buffer_(buffer_limit), longest_(longest) {
}

bool packet_reader::is_length(std::uint32_t length) const noexcept {
    const auto& form = cipher_->form();
    if (length > longest_ || length < least_length) return false;
    return (length + (form.length_is_separate ? 0 : length_field)) % form.block == 0;
}

base::result<std::optional<std::string_view>> packet_reader::next() {
    buffer_.drop(std::exchange(spent_, 0));
    const auto& form = cipher_->form();
    if (!length_) {
        if (buffer_.size() < form.head) return std::nullopt;
        const auto length = cipher_->open_length(sequence_, buffer_.data());
        if (!is_length(length)) return refuse(errc::bad_packet, "the server sent a packet of an impossible length");
        length_ = length;
        buffer_.expect(length_field + length + form.tag);
    }
    const std::size_t whole = length_field + *length_ + form.tag;
    if (buffer_.size() < whole) return std::nullopt;
    char* const packet = buffer_.data();
    if (!cipher_->open(sequence_, packet, *length_))
        return refuse(errc::bad_packet, "a packet was damaged or forged on its way: its authentication code is wrong");
    const std::size_t padding = static_cast<unsigned char>(packet[length_field]);
    if (padding < least_padding || padding + 1 >= *length_)
        return refuse(errc::bad_packet, "the server sent a packet with impossible padding");
    const std::string_view payload(packet + length_field + 1, *length_ - padding - 1);
    ++sequence_;
    ++packets_;
    octets_ += whole;
    spent_ = whole;
    length_.reset();
    buffer_.expect(0);
    return payload;
}

void packet_reader::trim() noexcept {
    buffer_.drop(std::exchange(spent_, 0));
    buffer_.trim();
}

void packet_reader::switch_to(std::unique_ptr<packet_cipher> cipher, bool restart_sequence) {
    cipher_ = std::move(cipher);
    if (restart_sequence) sequence_ = 0;
    packets_ = octets_ = 0;
}

}  // namespace gangway::ssh
