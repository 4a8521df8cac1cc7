// Payloads as they come out of decryption, for the layers above the transport. The first octet chooses the layer and
// its state; then come messages, each behind two octets of length.

#include "connection.hpp"
#include "outbox.hpp"
#include "userauth.hpp"

#include <gangway/base/byte_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gangway;

namespace {

struct counting_outbox final : ssh::outbox {
    void send_pieces(std::span<const std::string_view> pieces) override {
        for (const auto piece : pieces)
            octets += piece.size();
    }
    std::size_t room() const noexcept override { return std::size_t{256} << 10; }
    std::size_t octets = 0;
};

std::string_view next_message(base::byte_reader& in) {
    const std::size_t high = in.u8();
    return in.take(high << 8 | in.u8());
}

/// Feeds messages until one is refused; `check` looks at what each has led to.
template <class Layer, class Check>
void feed(Layer& layer, base::byte_reader in, Check check) {
    while (in.remaining() != 0) {
        const auto message = next_message(in);
        if (message.empty()) return;
        bool known = true;
        const auto news = layer.receive(message, known);
        if (!news) return;
        check(*news, message);
    }
}

void log_in(std::uint8_t how, base::byte_reader in) {
    counting_outbox out;
    ssh::userauth login(out, ssh::limits{});
    login.begin();
    if (how == 1) (void)login.none("user");
    if (how == 2) (void)login.password("user", "password");
    if (how == 3) (void)login.query_key("user", "ssh-ed25519", "blob");
    if (how == 4) (void)login.sign_in("user", "ssh-ed25519", "blob", "signature");
    if (how == 5) (void)login.interactive("user");
    feed(login, in, [&](const std::optional<ssh::event>& news, std::string_view) {
        if (login.banner().size() > 8192) std::abort();
        if (login.succeeded() && (how == 0 || how == 3)) std::abort();  // nothing has earned that
        if (!news) return;
        if (const auto* asked = std::get_if<ssh::prompts_received>(&*news)) {
            if (asked->prompts.size() > 16) std::abort();
            const std::vector<base::secret> answers(asked->prompts.size());
            if (!login.answer(answers)) std::abort();
        }
    });
}

void use_channels(std::uint8_t how, base::byte_reader in) {
    counting_outbox out;
    ssh::connection channels(out, ssh::limits{}, 32'768);
    for (std::uint8_t i = 0; i < how; ++i)
        (void)channels.open_session(65'536);
    (void)channels.keepalive();
    feed(channels, in, [&](const std::optional<ssh::event>& news, std::string_view message) {
        while (channels.next_writable()) {
        }
        for (ssh::channel_id id = 0; id < how; ++id) {
            if (channels.errors(id).size() > 8192) std::abort();
            (void)channels.write(id, "some octets");
        }
        if (news && std::holds_alternative<ssh::channel_opened>(*news))
            (void)channels.request_subsystem(std::get<ssh::channel_opened>(*news).channel, "sftp");
        if (news && std::holds_alternative<ssh::channel_ended>(*news))
            channels.close(std::get<ssh::channel_ended>(*news).channel);
        if (out.octets > 4096 + 64 * message.size()) std::abort();  // no amplification
        out.octets = 0;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const base::byte_reader in({reinterpret_cast<const char*>(data) + 1, size - 1});
    const auto how = static_cast<std::uint8_t>(data[0] >> 1);
    if ((data[0] & 1) == 0)
        log_in(how % 6, in);
    else
        use_channels(how % 5, in);
    return 0;
}
