/// Any text as a known_hosts file: keys are what their blobs say, and a pin that is added is found.

#include <gangway/base/byte_reader.hpp>
#include <gangway/net/known_hosts.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace net = gangway::net;
namespace model = gangway::model;

namespace {

void check(const net::host_key& key) {
    if (gangway::base::byte_reader{key.blob}.string() != key.type || key.type.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string file{data, data + size};
    const net::host_key pin{"ssh-ed25519", std::string("\0\0\0\x0bssh-ed25519\0\0\0\4pin!", 23)};
    for (const auto& server : {model::endpoint{model::host::parse("sftp.example.com").value(), 22},
                               model::endpoint{model::host::parse("2001:db8::1").value(), 2222}}) {
        const auto known = net::find_known_keys(file, server);
        for (const auto& key : known.trusted)
            check(key);
        for (const auto& key : known.revoked)
            check(key);
        const auto more = net::find_known_keys(file + "\n" + net::known_hosts_line(server, pin), server);
        if (more.trusted.size() != known.trusted.size() + 1 || more.trusted.back() != pin) std::abort();
        if (more.revoked != known.revoked) std::abort();
    }
    return 0;
}
