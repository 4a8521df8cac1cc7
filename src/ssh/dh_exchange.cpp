#include "diffie_hellman.hpp"
#include "failures.hpp"
#include "key_exchange.hpp"
#include "message_numbers.hpp"
#include "wire.hpp"

#include <utility>

namespace gangway::ssh {
namespace {

constexpr std::string_view bad_value = "the server's public value is outside the group";

std::string public_value_message(std::uint8_t number, const diffie_hellman& ours) {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(number);
    write_magnitude(out, ours.public_value());
    return payload;
}

/// K_S, f and the signature, which end both kinds of exchange alike; `before` is what the hash has in front of e.
base::result<key_exchange::step> finish(base::byte_reader in, const diffie_hellman& ours, std::string before) {
    exchange_result done;
    done.host_key = in.string();
    const auto theirs = read_magnitude(in);
    done.signature = in.string();
    if (!in.complete()) return malformed("KEXDH_REPLY");
    const auto shared = ours.agree(theirs);
    if (!shared) return bad_exchange(bad_value);
    done.hash_part = std::move(before);
    base::byte_writer part(done.hash_part);
    write_magnitude(part, ours.public_value());
    write_magnitude(part, theirs);
    done.shared_secret = magnitude_secret(shared->view());
    return key_exchange::step{.send = {}, .finished = std::move(done)};
}

/// RFC 4253 section 8.
class fixed_dh_exchange final : public key_exchange {
  public:
    fixed_dh_exchange(std::string_view name, const random_source& random) : ours_(fixed_group(name), random) {}

    std::string start() override { return public_value_message(msg::kex_init, ours_); }

    base::result<step> receive(std::string_view payload) override {
        base::byte_reader in(payload);
        if (in.u8() != msg::kex_reply) return unexpected_message("a message of another key exchange");
        return finish(in, ours_, {});
    }

  private:
    diffie_hellman ours_;
};

/// RFC 4419: the server chooses the group.
class group_exchange final : public key_exchange {
  public:
    group_exchange(const random_source& random, std::string& safe_prime) : random_(random), safe_prime_(safe_prime) {}

    std::string start() override {
        std::string payload;
        base::byte_writer out(payload);
        out.u8(msg::gex_request);
        write_sizes(out);
        return payload;
    }

    base::result<step> receive(std::string_view payload) override {
        base::byte_reader in(payload);
        const auto number = in.u8();
        if (!ours_ && number == msg::gex_group) return take_group(in);
        if (ours_ && number == msg::gex_reply) return finish(in, *ours_, hash_part_);
        return unexpected_message("a message of another key exchange");
    }

  private:
    static void write_sizes(base::byte_writer& out) {
        out.u32(2048);  // at least
        out.u32(3072);  // preferred: the strength of AES-128 and P-256
        out.u32(8192);  // at most
    }

    base::result<step> take_group(base::byte_reader in) {
        const auto prime = read_magnitude(in);
        const auto generator = read_magnitude(in);
        if (!in.complete()) return malformed("KEX_DH_GEX_GROUP");
        auto group = offered_group(prime, generator);
        if (!group) return bad_exchange("the server's group is not one of 2048 to 8192 bits");
        if (prime != safe_prime_) {
            if (!is_safe_prime(group->prime, random_)) return bad_exchange("the server's group has no safe prime");
            safe_prime_ = prime;
        }
        base::byte_writer part(hash_part_);
        write_sizes(part);
        write_magnitude(part, prime);
        write_magnitude(part, generator);
        ours_.emplace(std::move(*group), random_);
        return step{.send = public_value_message(msg::gex_init, *ours_)};
    }

    random_source random_;
    std::string& safe_prime_;
    std::optional<diffie_hellman> ours_;
    std::string hash_part_;
};

}  // namespace

std::unique_ptr<key_exchange> make_dh_exchange(std::string_view name, const random_source& random,
                                               std::string& safe_prime) {
    if (name == "diffie-hellman-group-exchange-sha256") return std::make_unique<group_exchange>(random, safe_prime);
    return std::make_unique<fixed_dh_exchange>(name, random);
}

std::unique_ptr<key_exchange> make_key_exchange(std::string_view name, const random_source& random,
                                                std::string& safe_prime) {
    return name.starts_with("diffie-hellman") ? make_dh_exchange(name, random, safe_prime)
                                              : make_ecdh_exchange(name, random);
}

}  // namespace gangway::ssh
