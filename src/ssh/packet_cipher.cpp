#include "packet_cipher.hpp"

#include "octet_order.hpp"

#include <array>
#include <stdexcept>

namespace gangway::ssh {
namespace {

struct cipher_facts {
    std::string_view name;
    std::size_t key, iv;
    enum { gcm, chacha, ctr } family;
};

constexpr std::array ciphers = {
    cipher_facts{"aes128-gcm@openssh.com", 16, 12, cipher_facts::gcm},
    cipher_facts{"aes256-gcm@openssh.com", 32, 12, cipher_facts::gcm},
    cipher_facts{"chacha20-poly1305@openssh.com", 64, 0, cipher_facts::chacha},
    cipher_facts{"aes128-ctr", 16, 16, cipher_facts::ctr},
    cipher_facts{"aes192-ctr", 24, 16, cipher_facts::ctr},
    cipher_facts{"aes256-ctr", 32, 16, cipher_facts::ctr},
};

struct mac_facts {
    std::string_view name;
    std::size_t key;
    const char* digest;
    bool encrypt_then_mac;
};

constexpr std::array macs = {
    mac_facts{"hmac-sha2-256-etm@openssh.com", 32, "SHA256", true},
    mac_facts{"hmac-sha2-512-etm@openssh.com", 64, "SHA512", true},
    mac_facts{"hmac-sha2-256", 32, "SHA256", false},
    mac_facts{"hmac-sha2-512", 64, "SHA512", false},
};

template <class Table>
const auto& named(const Table& table, std::string_view name) {
    for (const auto& row : table)
        if (row.name == name) return row;
    throw std::invalid_argument("not a cipher or MAC of this room");
}

class plain_cipher final : public packet_cipher {
  public:
    plain_cipher() noexcept : packet_cipher({.block = 8, .head = 4, .tag = 0, .length_is_separate = false}) {}
    std::uint32_t open_length(std::uint32_t, char* packet) override { return load_u32(packet); }
    bool open(std::uint32_t, char*, std::size_t) override { return true; }
    void seal(std::uint32_t, char*, std::size_t) override {}
};

}  // namespace

cipher_sizes sizes_of(std::string_view cipher, std::string_view mac) {
    const auto& facts = named(ciphers, cipher);
    return {facts.key, facts.iv, authenticates(cipher) ? 0 : named(macs, mac).key};
}

bool authenticates(std::string_view cipher) noexcept {
    return !cipher.ends_with("-ctr");
}

std::unique_ptr<packet_cipher> make_cipher(std::string_view cipher, std::string_view mac, const cipher_keys& keys,
                                           direction way) {
    switch (named(ciphers, cipher).family) {
        case cipher_facts::gcm:
            return make_gcm_cipher(keys, way);
        case cipher_facts::chacha:
            return make_chacha20_poly1305_cipher(keys);
        case cipher_facts::ctr:
            break;
    }
    const auto& facts = named(macs, mac);
    return make_ctr_cipher(keys, way, facts.digest, facts.encrypt_then_mac);
}

std::unique_ptr<packet_cipher> make_plain_cipher() {
    return std::make_unique<plain_cipher>();
}

}  // namespace gangway::ssh
