#include "run_coroutine.hpp"
#include "scratch_folder.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/net/known_hosts.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <ssh/testing/failing_libcrypto.hpp>
#include <string>
#include <system_error>

namespace gangway::net {
namespace {

using ssh::testing_support::failing_libcrypto;

const std::string blob_start{"\0\0\0\x0bssh-ed25519", 15};
const host_key pinned{"ssh-ed25519", blob_start + "the one that is pinned"};
const host_key other{"ssh-ed25519", blob_start + "somebody else's"};

/// A hashed name is found with HMAC-SHA1, fingerprints and the digest of the file need SHA-256.
std::string hashed_line() {
    const std::string salt(20, 's');
    return "|1|" + base::to_base64(salt) + "|" + base::to_base64(crypto::hmac_sha1(salt, "example.com")) +
           " ssh-ed25519 " + base::to_base64(pinned.blob) + "\n";
}

/// Whether a login with this key would go on, and the number of calls of libcrypto.
bool goes_on(const host_key& shown, std::uint64_t fatal, std::uint64_t& calls) {
    const scratch_folder folder;
    folder.write("known_hosts", hashed_line());
    const auto policy = make_known_hosts_policy(folder / "known_hosts", {}, first_contact::pin);
    const model::endpoint server{model::host::parse("example.com").value(), 22};
    const failing_libcrypto one(fatal);
    bool trusted = false;
    try {
        trusted = run_coroutine(policy->check(server, shown)).has_value();
    } catch (const std::system_error&) {
        EXPECT_NE(one.failed(), nullptr);
    }
    calls = one.calls();
    return trusted;
}

// A name that libcrypto could not compare must not pass for an unknown one, whose key would be pinned; CVE-2025-26465
// was of this kind.
TEST(host_key_check, with_libcrypto_failing_at_any_call_never_trusts_a_wrong_key) {
    std::uint64_t calls = 0;
    ASSERT_TRUE(goes_on(pinned, 0, calls));
    ASSERT_FALSE(goes_on(other, 0, calls));
    ASSERT_GT(calls, 0U);
    std::uint64_t ignored = 0;
    for (std::uint64_t fatal = 1; fatal <= calls; ++fatal)
        EXPECT_FALSE(goes_on(other, fatal, ignored)) << fatal;
}

}  // namespace
}  // namespace gangway::net
