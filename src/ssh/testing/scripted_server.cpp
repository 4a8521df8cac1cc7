#include "scripted_server.hpp"

#include "../diffie_hellman.hpp"
#include "../ecdh.hpp"
#include "../message_numbers.hpp"
#include "../wire.hpp"
#include "failing_libcrypto.hpp"

#include <gangway/crypto/sign.hpp>

#include <openssl/pem.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

namespace gangway::ssh::testing_support {
namespace {

crypto::private_key new_p256_key() {
    const key_handle made{::EVP_EC_gen("P-256")};
    const std::unique_ptr<BIO, releaser<::BIO_free_all>> text{::BIO_new(::BIO_s_mem())};
    ::PEM_write_bio_PrivateKey(text.get(), made.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* start = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(text.get(), &start));
    return crypto::decode_private_key(base::secret({start, size}), base::secret{}).value();
}

dh_group copy_of(std::string_view prime, std::string_view generator) {
    return {number_of(prime), number_of(generator)};
}

}  // namespace

random_source seeded_random(std::uint64_t seed) {
    return [state = seed * 0x9e3779b97f4a7c15 + 1](std::span<unsigned char> out) mutable {
        for (auto& octet : out) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            octet = static_cast<unsigned char>(state);
        }
    };
}

const crypto::private_key& test_key(const std::string& name) {
    static std::map<std::string, crypto::private_key> keys;
    const auto known = keys.find(name);
    if (known != keys.end()) return known->second;
    if (name.starts_with("new-")) return keys.emplace(name, new_p256_key()).first->second;
    std::ifstream file(GANGWAY_CRYPTO_TESTDATA "/" + name + ".key", std::ios::binary);
    const base::secret text{std::string(std::istreambuf_iterator<char>(file), {})};
    auto key = crypto::decode_private_key(text, base::secret{});
    if (!key) throw std::runtime_error("no test key " + name);
    return keys.emplace(name, std::move(*key)).first->second;
}

scripted_server::scripted_server(server_script script) : script_(std::move(script)) {
    said_.server_identification = script_.identification;
    out_.write_raw(script_.identification + "\r\n");
    send_all(script_.before_kexinit);
    send_kexinit();
}

void scripted_server::receive(std::string_view octets) {
    const sound_libcrypto ours;
    while (!octets.empty()) {
        const auto space = in_.buffer().space();
        const auto count = std::min(space.size(), octets.size());
        std::copy_n(octets.begin(), count, space.begin());
        in_.buffer().filled(count);
        octets.remove_prefix(count);
        if (!identified_) {
            const std::string_view seen(in_.buffer().data(), in_.buffer().size());
            const auto end = seen.find("\r\n");
            if (end == seen.npos) continue;
            said_.client_identification = seen.substr(0, end);
            in_.buffer().drop(end + 2);
            identified_ = true;
        }
        for (;;) {
            const auto payload = in_.next();
            if (!payload) return;  // the test took octets out on the way
            if (!*payload) break;
            take(**payload);
        }
    }
}

std::string scripted_server::take_output() {
    std::string octets(out_.output());
    out_.consumed(octets.size());
    return octets;
}

void scripted_server::send(std::string_view payload) {
    const sound_libcrypto ours;
    out_.write({&payload, 1});
}

void scripted_server::send_all(const std::vector<std::string>& payloads) {
    for (const auto& payload : payloads)
        send(payload);
}

void scripted_server::rekey(server_script script) {
    script_ = std::move(script);
    exchanging_ = true;
    send_kexinit();
}

void scripted_server::send_kexinit() {
    algorithm_preferences offered{{}, {script_.host_key}, {script_.cipher}, {script_.mac}};
    if (!script_.first_key_exchanges.empty()) offered.key_exchanges.push_back(script_.first_key_exchanges);
    offered.key_exchanges.push_back(script_.key_exchange);
    if (script_.strict) offered.key_exchanges.emplace_back(strict_server);
    auto payload = write_kexinit(offered, std::string(16, 'c'), false);
    if (script_.guess) payload[payload.size() - 5] = 1;
    said_.server_kexinit = payload;
    send(payload);
    kexinit_sent_ = true;
    if (script_.guess) send("\x1f a guess");
}

void scripted_server::take(std::string_view payload) {
    const auto number = static_cast<std::uint8_t>(payload.front());
    if (number == msg::kexinit) {
        exchanging_ = true;
        if (!std::exchange(kexinit_sent_, true)) send_kexinit();
        said_.client_kexinit = payload;
    } else if (number == msg::newkeys) {
        in_.switch_to(std::move(next_in_), script_.strict);
        exchanging_ = false;
        kexinit_sent_ = false;
    } else if (number >= 30 && number < 50) {
        take_exchange_message(payload);
    } else {
        inbox.emplace_back(payload);
    }
}

void scripted_server::take_exchange_message(std::string_view payload) {
    base::byte_reader in(payload);
    const auto number = in.u8();
    std::string part;
    base::byte_writer hashed(part);
    if (number == msg::gex_request) {
        gex_sizes_ = in.rest();
        const auto group =
            script_.group ? *script_.group : std::pair(magnitude_of(fixed_group("group14").prime), std::string("\x02"));
        script_.group = group;
        std::string offer(1, static_cast<char>(msg::gex_group));
        base::byte_writer out(offer);
        write_magnitude(out, group.first);
        write_magnitude(out, group.second);
        send(offer);
        return;
    }
    if (script_.key_exchange.starts_with("diffie")) {
        const bool by_group = number == msg::gex_init;
        diffie_hellman ours(
            by_group ? copy_of(script_.group->first, script_.group->second) : fixed_group(script_.key_exchange),
            random_);
        const auto theirs = read_magnitude(in);
        const auto shared = ours.agree(theirs).value();
        if (by_group) {
            hashed.raw(gex_sizes_);
            write_magnitude(hashed, script_.group->first);
            write_magnitude(hashed, script_.group->second);
        }
        write_magnitude(hashed, theirs);
        const auto value = script_.public_value.value_or(ours.public_value());
        write_magnitude(hashed, value);
        reply(by_group ? msg::gex_reply : msg::kex_reply, part, value, true, shared.view());
        return;
    }
    const auto ours = make_ecdh(script_.key_exchange, random_);
    const auto theirs = in.string();
    const auto shared = ours->agree(theirs).value();
    const auto value = script_.public_value.value_or(ours->public_value());
    hashed.string(theirs);
    hashed.string(value);
    reply(msg::kex_reply, part, value, false, shared.view());
}

void scripted_server::reply(std::uint8_t number, std::string hash_part, std::string_view our_value, bool as_magnitude,
                            std::string_view shared) {
    send_all(script_.before_reply);
    const auto& key = test_key(script_.key);
    const auto* hash = hash_of(script_.key_exchange);
    exchange_result result{.host_key = key.public_blob(),
                           .signature = {},
                           .hash_part = std::move(hash_part),
                           .shared_secret = magnitude_secret(shared)};
    const auto id = exchange_hash(hash, said_, result);
    if (session_id_.empty()) session_id_ = id;
    const auto& signer = test_key(script_.signing_key.empty() ? script_.key : script_.signing_key);
    auto signature = crypto::sign(signer, script_.host_key, id).value();
    if (script_.damage_signature) signature.back() = static_cast<char>(signature.back() ^ 1);

    std::string payload(1, static_cast<char>(number));
    base::byte_writer out(payload);
    out.string(key.public_blob());
    if (as_magnitude)
        write_magnitude(out, our_value);
    else
        out.string(our_value);
    out.string(signature);
    send(payload);
    send_all(script_.before_newkeys);
    send(std::string(1, static_cast<char>(msg::newkeys)));

    const auto sizes = sizes_of(script_.cipher, script_.mac);
    const auto keys = [&](std::string_view letters) {
        return derive_keys(hash, result.shared_secret, id, session_id_, letters, sizes);
    };
    out_.switch_to(make_cipher(script_.cipher, script_.mac, keys("BDF"), direction::seal), script_.strict);
    next_in_ = make_cipher(script_.cipher, script_.mac, keys("ACE"), direction::open);
    ++exchanges_;
    send_all(script_.after_newkeys);
}

}  // namespace gangway::ssh::testing_support
