#include "testdata.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/base/byte_reader.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/sign.hpp>

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <utility>

namespace gangway::crypto {
namespace {

/// What `printf gangway | ssh-keygen -Y sign -n test` signs (OpenSSH PROTOCOL.sshsig).
const std::string signed_octets =
    base::from_base64(
        "U1NIU0lHAAAABHRlc3QAAAAAAAAABnNoYTUxMgAAAECVwqwgLVfudkNgmJoKTYm+HrlYbC99GwnMI/TDDMJH5tB1ZUoKDCjkVd7Q"
        "fxlNsQVwuAfK7OBgXqYNNWvIKoKX")
        .value();

// What ssh-keygen 9.2 made of it with the keys in testdata/; both algorithms are deterministic.
const std::string by_ed25519 =
    base::from_base64(
        "AAAAC3NzaC1lZDI1NTE5AAAAQMorIVpAOf+zJZXSATeYX+XGKUM1wn6J1yENTl+vLJcypQq4ZkHtkwbax1sY+ZWNSU0jSeENwu6N"
        "sT8HFwii5Qg=")
        .value();
const std::string by_rsa =
    base::from_base64(
        "AAAADHJzYS1zaGEyLTUxMgAAAQB9v8WFacQmborlfOgU/2Ru8R1y8YVogjGcGguMl8k2H9zM+2QBNE57DmxuqrlBX3sMripavCQJ"
        "YhImuCUOsM4TaFk7VYXoNOcjEe6WA3CAdMkNhde5EZQ3y5VJqqf4mxDvNZQvN0sOKPicAxb47oQpvSP7Lhyz4O7nO+1W5eWcbGph"
        "pLY48TRZKsBF1aNq9WGjCT8q5932zkxiEh/yWcsChCo0RAWVCP2ZTI9SNeyTey0o8pfoBy/kPAyVKaC1za6QYg9ntZUfiMSgFCVO"
        "+MflK8nk/oeGRVn+fnxFTG+zUYKfcfklH5CumsXK1pJt1TCObfQV663qNQpxe/Ze8jP+")
        .value();

std::string signature(const std::string& file, std::string_view algorithm) {
    const auto key = testdata::decode(testdata::read(file));
    EXPECT_TRUE(key) << file;
    return sign(*key, algorithm, signed_octets).value();
}

TEST(sign, agrees_with_ssh_keygen) {
    EXPECT_EQ(signature("ed25519.key", "ssh-ed25519"), by_ed25519);
    EXPECT_EQ(signature("rsa.key", "rsa-sha2-512"), by_rsa);
}

TEST(sign, of_rsa_with_the_shorter_hash_names_it) {
    const auto made = signature("rsa.key", "rsa-sha2-256");
    base::byte_reader in(made);
    EXPECT_EQ(in.string(), "rsa-sha2-256");
    EXPECT_EQ(in.string().size(), 256U);
    EXPECT_TRUE(in.complete());
}

TEST(sign, of_ecdsa_is_two_numbers_that_fit_the_curve) {
    for (const auto& [file, algorithm, field] : {std::tuple{"p256.key", "ecdsa-sha2-nistp256", 32U},
                                                 {"p384.key", "ecdsa-sha2-nistp384", 48U},
                                                 {"p521.key", "ecdsa-sha2-nistp521", 66U}}) {
        const auto made = signature(file, algorithm);
        base::byte_reader in(made);
        EXPECT_EQ(in.string(), algorithm);
        base::byte_reader numbers(in.string());
        EXPECT_TRUE(in.complete());
        for (int i = 0; i < 2; ++i) {
            const auto number = numbers.string();
            EXPECT_LE(number.size(), field + 1) << algorithm;
            EXPECT_GE(number.size(), field - 8) << algorithm;
        }
        EXPECT_TRUE(numbers.complete());
    }
}

TEST(sign, refuses_an_algorithm_that_does_not_fit) {
    for (const auto& [file, algorithm] : {std::pair{"rsa.key", "ssh-rsa"},
                                          {"rsa.key", "ssh-ed25519"},
                                          {"ed25519.key", "rsa-sha2-512"},
                                          {"p256.key", "ecdsa-sha2-nistp384"}}) {
        const auto made = sign(*testdata::decode(testdata::read(file)), algorithm, signed_octets);
        ASSERT_FALSE(made) << file << ' ' << algorithm;
        EXPECT_EQ(made.error().code, errc::unsupported_key);
    }
}

}  // namespace
}  // namespace gangway::crypto
