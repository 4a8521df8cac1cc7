// Every call of libcrypto from the first octet to the last of a download fails once, as it does when memory
// runs out.
#include "testing/dialogue.hpp"
#include "testing/failing_libcrypto.hpp"

#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gangway::ssh {
namespace {

using namespace testing_support;

constexpr std::size_t packet_size = 32'768;
constexpr std::size_t packet_count = 6;
const std::string password = "correct horse battery staple";
const std::string upload = "what we write to the server";

std::string whole_file() {
    std::string octets;
    for (std::size_t i = 0; i < packet_count; ++i)
        octets.append(packet_size, static_cast<char>('A' + i));
    return octets;
}

std::string confirmation(channel_id channel) {
    auto payload = channel_message(msg::channel_open_confirmation, channel);
    base::byte_writer out(payload);
    out.u32(70);
    out.u32(100'000);
    out.u32(32'768);
    return payload;
}

/// A dialogue that keeps what the client puts on the wire, and goes on whatever happens.
class session {
  public:
    explicit session(server_script script) : talk_(std::move(script), options_with_libcrypto()) {}

    void run() {
        move();
        saw_host_key = talk_.saw<host_key_presented>();
        if (!saw_host_key) return;
        (void)talk_.machine.accept_host_key();
        answer(service_accept());
        (void)talk_.machine.login_with_password("user", base::secret(password));
        answer(auth_success());
        const auto channel = talk_.machine.open_session(std::uint32_t{2} << 20);
        if (!channel) return;
        answer(confirmation(*channel));
        (void)talk_.machine.write(*channel, upload);
        for (std::size_t i = 0; i < packet_count; ++i)
            answer(data_message(*channel, whole_file().substr(i * packet_size, packet_size)));
        talk_.machine.rekey();
        move();
        talk_.machine.disconnect();
        move();
    }

    [[nodiscard]] const std::optional<base::error>& failure() const { return talk_.failure; }
    [[nodiscard]] std::string data() const { return talk_.data(); }

    std::string wire;  ///< all the client sent
    bool saw_host_key = false;

  private:
    static options options_with_libcrypto() {
        options how;
        how.random = system_random;
        return how;
    }
    void answer(const std::string& payload) {
        move();
        if (talk_.server.exchanges() > 0) talk_.server.send(payload);
        move();
    }
    void move() {
        for (std::string_view out; out = talk_.machine.output(), !out.empty();) {
            const std::string octets(out);
            wire += octets;
            talk_.machine.consumed(octets.size());
            talk_.server.receive(octets);
        }
        talk_.run();
    }

    dialogue talk_;
};

const std::vector<server_script> scripts = {
    {},
    {.key_exchange = "ecdh-sha2-nistp256",
     .host_key = "ecdsa-sha2-nistp256",
     .key = "p256",
     .cipher = "chacha20-poly1305@openssh.com"},
    {.key_exchange = "diffie-hellman-group14-sha256",
     .host_key = "rsa-sha2-512",
     .key = "rsa",
     .cipher = "aes256-ctr",
     .mac = "hmac-sha2-512"},
    {.key_exchange = "diffie-hellman-group-exchange-sha256",
     .cipher = "aes128-ctr",
     .mac = "hmac-sha2-256-etm@openssh.com"},
};

class libcrypto_failure : public testing::TestWithParam<server_script> {};

TEST_P(libcrypto_failure, at_any_call_is_a_clean_error_and_nothing_leaves_or_enters_unprotected) {
    const auto file = whole_file();
    std::uint64_t calls = 0;
    {
        const failing_libcrypto none(0);
        session talk(GetParam());
        talk.run();
        ASSERT_FALSE(talk.failure()) << talk.failure()->message;
        ASSERT_TRUE(talk.data() == file);
        calls = none.calls();
    }
    ASSERT_GT(calls, 200U);
    for (std::uint64_t fatal = 1; fatal <= calls; ++fatal) {
        const failing_libcrypto one(fatal);
        session talk(GetParam());
        ASSERT_NO_THROW(talk.run()) << one.failed();
        ASSERT_NE(one.failed(), nullptr);
        EXPECT_TRUE(talk.failure()) << one.failed() << " at call " << fatal;
        EXPECT_TRUE(file.starts_with(talk.data())) << one.failed();
        EXPECT_EQ(talk.wire.find(password), std::string::npos) << one.failed();
        EXPECT_EQ(talk.wire.find(upload), std::string::npos) << one.failed();
    }
}

// CVE-2025-26465: an error in the check of the host key must not pass for a good key.
TEST_P(libcrypto_failure, never_makes_a_wrong_signature_good) {
    auto forged = GetParam();
    forged.damage_signature = true;
    for (std::uint64_t fatal = 1;; ++fatal) {
        const failing_libcrypto one(fatal);
        session talk(forged);
        talk.run();
        ASSERT_TRUE(talk.failure());
        ASSERT_FALSE(talk.saw_host_key) << one.failed() << " at call " << fatal;
        if (one.failed() == nullptr) break;
    }
}

INSTANTIATE_TEST_SUITE_P(algorithms, libcrypto_failure, testing::ValuesIn(scripts), [](const auto& info) {
    std::string name = info.param.cipher.substr(0, info.param.cipher.find('@')) + "_" + std::to_string(info.index);
    for (auto& c : name)
        if (c == '-') c = '_';
    return name;
});

}  // namespace
}  // namespace gangway::ssh
