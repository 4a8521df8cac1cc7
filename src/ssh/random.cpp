#include "openssl.hpp"

#include <gangway/ssh/options.hpp>

#include <openssl/rand.h>

namespace gangway::ssh {

void system_random(std::span<unsigned char> out) {
    require(::RAND_bytes(out.data(), static_cast<int>(out.size())) == 1, "random octets");
}

}  // namespace gangway::ssh
