#include "algorithms.hpp"

#include "failures.hpp"
#include "message_numbers.hpp"
#include "packet_cipher.hpp"
#include "processor.hpp"
#include "wire.hpp"

#include <gangway/base/escape.hpp>

#include <algorithm>
#include <stdexcept>

namespace gangway::ssh {
namespace {

const std::vector<std::string>& known_key_exchanges() {
    static const std::vector<std::string> names = {"curve25519-sha256",
                                                   "curve25519-sha256@libssh.org",
                                                   "ecdh-sha2-nistp256",
                                                   "ecdh-sha2-nistp384",
                                                   "ecdh-sha2-nistp521",
                                                   "diffie-hellman-group-exchange-sha256",
                                                   "diffie-hellman-group16-sha512",
                                                   "diffie-hellman-group18-sha512",
                                                   "diffie-hellman-group14-sha256"};
    return names;
}

const std::vector<std::string>& known_host_keys() {
    static const std::vector<std::string> names = {"ssh-ed25519",         "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                                   "ecdsa-sha2-nistp521", "rsa-sha2-512",        "rsa-sha2-256"};
    return names;
}

const std::vector<std::string>& known_macs() {
    static const std::vector<std::string> names = {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                                                   "hmac-sha2-256", "hmac-sha2-512"};
    return names;
}

std::vector<std::string> known_ciphers(bool aes_is_fast) {
    const std::string chacha = "chacha20-poly1305@openssh.com";
    std::vector<std::string> names = {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr",
                                      "aes256-ctr"};
    names.insert(aes_is_fast ? names.begin() + 2 : names.begin(), chacha);
    return names;
}

void check_names(const std::vector<std::string>& names, const std::vector<std::string>& known) {
    const bool implemented = std::ranges::all_of(names, [&](const auto& name) { return contains(known, name); });
    if (names.empty() || !implemented) throw std::invalid_argument("an SSH algorithm that is not implemented");
}

/// RFC 4253 section 7.1: the first of the client's names that the server has.
base::result<std::string> first_common(std::string_view kind, const std::vector<std::string>& ours,
                                       const std::vector<std::string_view>& theirs) {
    for (const auto& name : ours)
        if (contains(theirs, name)) return name;
    std::string offered;
    for (const auto name : theirs)
        (offered += offered.empty() ? "" : ", ") += name;
    return refuse(errc::no_common_algorithm, "no common " + std::string(kind) + ": the server offers " +
                                                 (offered.empty() ? "none" : base::escape(offered)));
}

}  // namespace

algorithm_preferences default_algorithms() {
    return {known_key_exchanges(), known_host_keys(), known_ciphers(processor_has_aes()), known_macs()};
}

void check(const algorithm_preferences& offered) {
    check_names(offered.key_exchanges, known_key_exchanges());
    check_names(offered.host_keys, known_host_keys());
    check_names(offered.ciphers, known_ciphers(true));
    check_names(offered.macs, known_macs());
}

base::result<kexinit> read_kexinit(std::string_view payload) {
    base::byte_reader in(payload);
    kexinit read;
    (void)in.u8();
    (void)in.take(16);  // the cookie
    for (auto* names : {&read.key_exchanges, &read.host_keys, &read.ciphers_out, &read.ciphers_in, &read.macs_out,
                        &read.macs_in, &read.compressions_out, &read.compressions_in})
        *names = read_names(in);
    (void)read_names(in);  // languages
    (void)read_names(in);
    read.guess_follows = in.u8() != 0;
    (void)in.u32();  // reserved
    if (!in.complete()) return malformed("KEXINIT");
    return read;
}

std::string write_kexinit(const algorithm_preferences& offered, std::string_view cookie, bool first) {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::kexinit);
    out.raw(cookie);
    auto key_exchanges = offered.key_exchanges;
    if (first) {
        key_exchanges.emplace_back(ext_info_client);
        key_exchanges.emplace_back(strict_client);
    }
    out.string(join_names(key_exchanges));
    out.string(join_names(offered.host_keys));
    for (const auto* names : {&offered.ciphers, &offered.ciphers, &offered.macs, &offered.macs})
        out.string(join_names(*names));
    out.string("none");  // compression
    out.string("none");
    out.string("");  // languages
    out.string("");
    out.u8(0);  // no guess follows
    out.u32(0);
    return payload;
}

base::result<agreed_algorithms> agree(const algorithm_preferences& offered, const kexinit& server) {
    agreed_algorithms agreed;
    struct choice {
        std::string_view kind;
        const std::vector<std::string>& ours;
        const std::vector<std::string_view>& theirs;
        std::string& agreed;
    };
    const std::vector<std::string> no_compression = {"none"};
    std::string compression;
    const choice choices[] = {
        {"key exchange", offered.key_exchanges, server.key_exchanges, agreed.key_exchange},
        {"host key algorithm", offered.host_keys, server.host_keys, agreed.host_key},
        {"cipher", offered.ciphers, server.ciphers_out, agreed.cipher_out},
        {"cipher", offered.ciphers, server.ciphers_in, agreed.cipher_in},
        {"MAC", offered.macs, server.macs_out, agreed.mac_out},
        {"MAC", offered.macs, server.macs_in, agreed.mac_in},
        {"compression", no_compression, server.compressions_out, compression},
        {"compression", no_compression, server.compressions_in, compression},
    };
    for (const auto& [kind, ours, theirs, chosen] : choices) {
        if (&chosen == &agreed.mac_out && authenticates(agreed.cipher_out)) continue;
        if (&chosen == &agreed.mac_in && authenticates(agreed.cipher_in)) continue;
        auto name = first_common(kind, ours, theirs);
        if (!name) return std::unexpected(std::move(name.error()));
        chosen = std::move(*name);
    }
    return agreed;
}

bool guessed_wrong(const algorithm_preferences& offered, const kexinit& server) noexcept {
    const auto same_first = [](const std::vector<std::string>& ours, const std::vector<std::string_view>& theirs) {
        return !theirs.empty() && ours.front() == theirs.front();
    };
    return !same_first(offered.key_exchanges, server.key_exchanges) || !same_first(offered.host_keys, server.host_keys);
}

std::string_view key_type_of(std::string_view algorithm) noexcept {
    return algorithm.starts_with("rsa-sha2-") ? "ssh-rsa" : algorithm;
}

const char* hash_of(std::string_view key_exchange) noexcept {
    if (key_exchange.ends_with("sha512") || key_exchange.ends_with("nistp521")) return "SHA512";
    return key_exchange.ends_with("nistp384") ? "SHA384" : "SHA256";
}

}  // namespace gangway::ssh
