#include "packet_writer.hpp"

#include "octet_order.hpp"
#include "openssl.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gangway::ssh {
namespace {

constexpr std::size_t length_field = 4;
constexpr std::size_t least_padding = 4;
constexpr std::size_t kept_capacity = std::size_t{4} << 10;  ///< of an idle connection

/// Takes a packet back, unless it was sealed: nothing may leave in the clear because libcrypto failed.
class unsealed_packet {
  public:
    explicit unsealed_packet(std::string& output) noexcept : output_(output), start_(output.size()) {}
    unsealed_packet(const unsealed_packet&) = delete;
    unsealed_packet& operator=(const unsealed_packet&) = delete;
    ~unsealed_packet() {
        if (sealed_) return;
        base::wipe(output_.data() + start_, output_.size() - start_);
        output_.resize(start_);
    }
    [[nodiscard]] char* data() noexcept { return output_.data() + start_; }
    void sealed() noexcept { sealed_ = true; }

  private:
    std::string& output_;
    std::size_t start_;
    bool sealed_ = false;
};

}  // namespace

packet_writer::packet_writer(random_source random) : random_(std::move(random)) {
}

void packet_writer::write(std::span<const std::string_view> pieces) {
    std::size_t payload = 0;
    for (const auto piece : pieces)
        payload += piece.size();
    const auto& form = cipher_->form();
    const std::size_t padded = 1 + payload + (form.length_is_separate ? 0 : length_field);
    std::size_t padding = form.block - padded % form.block;
    // That also gives the least size of RFC 4253 section 6, or with ChaCha20 the 12 octets that OpenSSH sends.
    if (padding < least_padding) padding += form.block;
    const std::size_t length = 1 + payload + padding;

    make_room(length_field + length + form.tag);
    unsealed_packet packet(output_);
    output_.append(length_field, '\0');
    store_u32(packet.data(), static_cast<std::uint32_t>(length));
    output_ += static_cast<char>(padding);
    for (const auto piece : pieces)
        output_ += piece;
    std::array<unsigned char, 32> noise;
    random_(std::span(noise).first(padding));
    output_.append(reinterpret_cast<const char*>(noise.data()), padding);
    output_.append(form.tag, '\0');
    cipher_->seal(sequence_++, packet.data(), length);
    packet.sealed();
    ++packets_;
    octets_ += length_field + length + form.tag;
}

/// Appending must not move a clear payload, perhaps a password, through blocks that are freed unwiped.
void packet_writer::make_room(std::size_t count) {
    if (output_.size() + count <= output_.capacity()) return;
    output_.erase(0, std::exchange(sent_, 0));
    if (output_.size() + count > output_.capacity())
        output_.reserve(std::max(output_.size() + count, 2 * output_.capacity()));
}

void packet_writer::consumed(std::size_t count) noexcept {
    sent_ += count;
    if (sent_ == output_.size()) {
        output_.clear();
        sent_ = 0;
    }
}

void packet_writer::trim() {
    if (output_.empty() && output_.capacity() > kept_capacity) output_ = {};
}

void packet_writer::switch_to(std::unique_ptr<packet_cipher> cipher, bool restart_sequence) {
    cipher_ = std::move(cipher);
    if (restart_sequence) sequence_ = 0;
    packets_ = octets_ = 0;
}

}  // namespace gangway::ssh
