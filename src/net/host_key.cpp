#include <gangway/crypto/digest.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/host_key.hpp>

#include <algorithm>

namespace gangway::net {

model::fingerprint host_key::fingerprint() const {
    const auto octets = crypto::sha256(blob);
    model::fingerprint::digest digest{};
    std::ranges::transform(octets, digest.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return model::fingerprint{digest};
}

base::error host_key_mismatch(const model::endpoint& server, const model::fingerprint& expected,
                              const model::fingerprint& presented) {
    return base::error{errc::host_key_mismatch, base::phase::hostkey,
                       "the host key of " + server.text() + " is not the expected one: expected " + expected.text() +
                           ", presented " + presented.text() +
                           ". No credential was sent. Somebody may be between you and the server, or its key was "
                           "replaced: ask its operator, and only if they confirm the new fingerprint, remove the old "
                           "key of this server from known_hosts (ssh-keygen -R), or expect the new one"}
        .with("expectedFingerprint", expected.text())
        .with("presentedFingerprint", presented.text());
}

}  // namespace gangway::net
