#include "ecdh.hpp"
#include "failures.hpp"
#include "key_exchange.hpp"
#include "message_numbers.hpp"
#include "wire.hpp"

#include <utility>

namespace gangway::ssh {
namespace {

/// RFC 5656 section 4 and RFC 8731: the messages are the same for all curves.
class ecdh_exchange final : public key_exchange {
  public:
    explicit ecdh_exchange(std::unique_ptr<ecdh> ours) noexcept : ours_(std::move(ours)) {}

    std::string start() override {
        std::string payload;
        base::byte_writer out(payload);
        out.u8(msg::kex_init);
        out.string(ours_->public_value());
        return payload;
    }

    base::result<step> receive(std::string_view payload) override {
        base::byte_reader in(payload);
        if (in.u8() != msg::kex_reply) return unexpected_message("a message of another key exchange");
        exchange_result done;
        done.host_key = in.string();
        const auto theirs = in.string();
        done.signature = in.string();
        if (!in.complete()) return malformed("KEX_ECDH_REPLY");
        const auto shared = ours_->agree(theirs);
        if (!shared) return bad_exchange("the server's public value is not a usable point of the curve");

        base::byte_writer part(done.hash_part);
        part.string(ours_->public_value());
        part.string(theirs);
        done.shared_secret = magnitude_secret(shared->view());
        return step{.send = {}, .finished = std::move(done)};
    }

  private:
    std::unique_ptr<ecdh> ours_;
};

}  // namespace

std::unique_ptr<key_exchange> make_ecdh_exchange(std::string_view name, const random_source& random) {
    return std::make_unique<ecdh_exchange>(make_ecdh(name, random));
}

}  // namespace gangway::ssh
