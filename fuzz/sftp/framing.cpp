// Octets from a server, cut anywhere: the pieces may make no difference. The first octet is the size of the pieces, the
// second says which requests are in flight; the rest comes from the server after its VERSION.

#include <gangway/sftp/session.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gangway::sftp;

namespace {

/// What became of a session: its completions and how it ended.
std::string outcome(unsigned in_flight, std::string_view octets, std::size_t piece) {
    session client;
    client.start();
    std::string version;
    if (encode(version, 0, version_reply{}) || !client.receive(version)) std::abort();
    for (unsigned i = 0; i < in_flight % 8; ++i) {
        if (!client.submit(readdir_request{.handle = "d"}, i)) std::abort();
        if (!client.submit(read_request{.handle = "f", .length = 1000}, i)) std::abort();
    }
    client.consumed(client.output().size());

    std::string seen;
    for (std::size_t at = 0; at < octets.size(); at += piece) {
        const auto taken = client.receive(octets.substr(at, piece));
        while (auto done = client.next()) {
            seen += std::to_string(done->id) + ' ';
            seen += done->answer.body();
            client.recycle(std::move(done->answer));
        }
        if (!taken) return seen + taken.error().message;
    }
    return seen + std::to_string(client.drain().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto in_pieces = outcome(data[1], octets, std::max<std::size_t>(data[0], 1));
    if (in_pieces != outcome(data[1], octets, std::max<std::size_t>(octets.size(), 1))) std::abort();
    return 0;
}
