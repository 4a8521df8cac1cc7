// What a server sends before keys are in use: identification, KEXINIT, the key exchange, and whatever it likes. The
// first octet says in what pieces it arrives. The client's random octets are always the same, so that a recorded
// dialogue gets as far as its end.

#include <gangway/ssh/client.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace gangway;

namespace {

constexpr std::size_t most_memory = std::size_t{300} << 10;

ssh::options repeatable() {
    ssh::options how;
    how.random = [state = std::uint64_t{0x9e3779b97f4a7c16}](std::span<unsigned char> out) mutable {
        for (auto& octet : out) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            octet = static_cast<unsigned char>(state);
        }
    };
    return how;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t piece = data[0] == 0 ? std::size_t{1} << 20 : data[0];
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    ssh::client client(repeatable());
    for (;;) {
        for (;;) {
            const auto news = client.next();
            if (!news) return 0;
            if (!*news) break;
            if (std::holds_alternative<ssh::login_succeeded>(**news)) std::abort();  // nobody asked
            if (std::holds_alternative<ssh::host_key_presented>(**news)) (void)client.accept_host_key();
        }
        if (client.output().size() > most_memory) std::abort();
        client.consumed(client.output().size());
        const auto space = client.receive_space();
        if (space.size() > most_memory) std::abort();
        const auto count = std::min({space.size(), rest.size(), piece});
        if (count == 0) return 0;
        std::copy_n(rest.begin(), count, space.begin());
        client.received(count);
        rest.remove_prefix(count);
    }
}
