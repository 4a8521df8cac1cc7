#include "octets.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/locked_octets.hpp>

#include <sodium.h>

#include <cstring>
#include <new>
#include <system_error>

namespace gangway::crypto {
namespace {

constexpr int base64_form = sodium_base64_VARIANT_ORIGINAL;

char* allocate(std::size_t size) {
    if (::sodium_init() < 0) throw std::system_error(make_error_code(errc::crypto_failure), "libsodium");
    void* const block = ::sodium_malloc(size);  // never null, also for nothing: libsodium takes no null pointers
    if (block == nullptr) throw std::bad_alloc();
    return static_cast<char*>(block);
}

}  // namespace

locked_octets::locked_octets(std::size_t size) : data_(allocate(size)), size_(size) {
}

locked_octets::locked_octets(std::string_view octets) : locked_octets(octets.size()) {
    if (!octets.empty()) std::memcpy(data_, octets.data(), octets.size());
}

locked_octets::~locked_octets() {
    ::sodium_free(data_);
}

locked_octets locked_octets::random(std::size_t size) {
    locked_octets made(size);
    ::randombytes_buf(made.data_, size);
    return made;
}

std::optional<locked_octets> locked_octets::from_base64(std::string_view text) {
    locked_octets decoded(text.size() / 4 * 3);
    std::size_t size = 0;
    if (::sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data_), decoded.size_, text.data(), text.size(),
                            nullptr, &size, nullptr, base64_form) != 0)
        return std::nullopt;
    return locked_octets(decoded.view().substr(0, size));
}

locked_octets locked_octets::to_base64() const {
    locked_octets text(sodium_base64_ENCODED_LEN(size_, base64_form));  // with its terminating zero
    ::sodium_bin2base64(text.data_, text.size_, data_of(view()), size_, base64_form);
    return locked_octets(text.view().substr(0, text.size_ - 1));
}

}  // namespace gangway::crypto
