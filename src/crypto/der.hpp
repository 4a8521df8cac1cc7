#pragma once
/// Reads DER (X.690): the few ASN.1 shapes that private keys are made of.

#include <cstdint>
#include <string_view>

namespace gangway::crypto {

/// Identifier octets.
enum class der_tag : unsigned char {
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    object_identifier = 0x06,
    sequence = 0x30,
    primitive_1 = 0x81,    ///< [1] IMPLICIT of something primitive
    constructed_0 = 0xA0,  ///< [0], explicit or of something constructed
    constructed_1 = 0xA1,
};

/// Reads elements front to back and remembers the first failure, as `base::byte_reader` does: after it everything read
/// is empty or zero, and `complete()` at the end tells. A reader made from the contents of a failed read fails at its
/// first read. Views live as long as the octets given to the constructor.
class der_reader {
  public:
    explicit der_reader(std::string_view octets) noexcept : rest_(octets) {}

    /// The contents of the next element, which has to have this tag.
    std::string_view take(der_tag tag) noexcept;
    /// Its contents to be read in turn.
    der_reader enter(der_tag tag) noexcept { return der_reader(take(tag)); }
    /// Whether the next element has this tag.
    [[nodiscard]] bool next_is(der_tag tag) const noexcept;

    /// A non-negative INTEGER of any size: big-endian, without leading zeros; empty for zero.
    std::string_view magnitude() noexcept;
    /// A non-negative INTEGER of at most 64 bits.
    std::uint64_t number() noexcept;
    /// Leaves out the next element if it has this tag.
    void skip_optional(der_tag tag) noexcept {
        if (next_is(tag)) take(tag);
    }

    /// No failure and nothing left over.
    [[nodiscard]] bool complete() const noexcept { return !failed_ && rest_.empty(); }
    [[nodiscard]] bool ok() const noexcept { return !failed_; }

  private:
    std::string_view fail() noexcept;

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace gangway::crypto
