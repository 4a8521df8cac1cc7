#include "host_key_verifier.hpp"

#include "testing/scripted_server.hpp"
#include "wire.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/crypto/sign.hpp>
#include <gangway/ssh/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gangway::ssh {
namespace {

using testing_support::test_key;

/// What `printf gangway | ssh-keygen -Y sign -n test` signs (OpenSSH PROTOCOL.sshsig).
const std::string signed_octets =
    base::from_base64(
        "U1NIU0lHAAAABHRlc3QAAAAAAAAABnNoYTUxMgAAAECVwqwgLVfudkNgmJoKTYm+HrlYbC99GwnMI/TDDMJH5tB1ZUoKDCjkVd7Q"
        "fxlNsQVwuAfK7OBgXqYNNWvIKoKX")
        .value();

/// Keys, and signatures that ssh-keygen 9.2 made with them.
struct vector {
    const char* algorithm;
    const char* key;
    const char* made;

    [[nodiscard]] std::string blob() const { return base::from_base64(key).value(); }
    [[nodiscard]] std::string signature() const { return base::from_base64(made).value(); }
};

const std::vector<vector> vectors = {
    {"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIGzFn3Fh/C3V713997WFP50sLE2rEp/yzJIMJBwZw8Eb",
     "AAAAC3NzaC1lZDI1NTE5AAAAQMorIVpAOf+zJZXSATeYX+XGKUM1wn6J1yENTl+vLJcypQq4ZkHtkwbax1sY+ZWNSU0jSeENwu6N"
     "sT8HFwii5Qg="},
    {"rsa-sha2-512",
     "AAAAB3NzaC1yc2EAAAADAQABAAABAQCv+o04kJvcN0ryCUrFBHnWwtdbuxIX2hoKrniZaFSctkGnfYY46D8+hdo4nOaXGKDm6TyO"
     "KWqJDJQAFU3HN4T3vCubPbKAB65IYxYxeX3QGj6MnorQtb8cUTVcrDeKOa0DTt5/LW4vsitO9Sr747+iK3S9CCC7Y+jts8HhTZy5"
     "9l+K4F6VWJf3t8K1j5XS+Vh0kZV+03uGNEqUrDDQtcRGyd9mLWl4ke14F51yrG+ZKlENiSwV2z5WoDWjpcrDfiIPAmCH3h1nrw6M"
     "t4btSACbNYVUPy8zQ3Q+Mo9L0YegQq0Ugxvo/pmnWwKHNOxJ7iR12f223X/Y/UzNqejFg6en",
     "AAAADHJzYS1zaGEyLTUxMgAAAQB9v8WFacQmborlfOgU/2Ru8R1y8YVogjGcGguMl8k2H9zM+2QBNE57DmxuqrlBX3sMripavCQJ"
     "YhImuCUOsM4TaFk7VYXoNOcjEe6WA3CAdMkNhde5EZQ3y5VJqqf4mxDvNZQvN0sOKPicAxb47oQpvSP7Lhyz4O7nO+1W5eWcbGph"
     "pLY48TRZKsBF1aNq9WGjCT8q5932zkxiEh/yWcsChCo0RAWVCP2ZTI9SNeyTey0o8pfoBy/kPAyVKaC1za6QYg9ntZUfiMSgFCVO"
     "+MflK8nk/oeGRVn+fnxFTG+zUYKfcfklH5CumsXK1pJt1TCObfQV663qNQpxe/Ze8jP+"},
    {"ecdsa-sha2-nistp256",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLDi/hpKEWHBNV/zZqqKEnt2VhJCBbfYOg13CQjPHGsR348U"
     "lOzFm3foQTjwjLQy7gju0FgyXgVH3zEl35QzjKw=",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAABIAAAAIDiblEBPi1fdojS1ksdDSn6uPJg3/vZnKs12VlIwEqIRAAAAIBpO1gTPmD9t"
     "E4MEzVG+5Fmn/Q8+GC7MwWdxl9AvSXJu"},
    {"ecdsa-sha2-nistp384",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBIuWIuuJNvUl+hGSWywiRvK3/oa2jcaksFZ+pjlZonHJ/HQe"
     "vE/9DveO9OQhbXbDr2gIQAJEfwWkWfVVHgErO+MbzRjRxTncz2he7mfyYuqek7GcdcqknPcEif2bzRXNGg==",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAABpAAAAMQDm/CIRWyHYj4RTeQo7PwfAoskNHXfTbtowKoRSDu1KgTXwiER3Cma0W4yG"
     "3LTApMoAAAAwcWKTOYde2UYOpH5w1iEzyb2Gy6hf7tq6Lc48MBZB97d06PTHduK+HVK5Twxu5/0l"},
    {"ecdsa-sha2-nistp521",
     "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBACXmec82BgQTK3dw/kp2gUjliL8TWQQahkNcp3gk6LAjLWp"
     "jVyJxuxLTuRDZoLDbs9ndR/nfW/0q+xc+X4Uc+pTSwA0VMpLunXRewaB62f6Xu/fwT8Z8r7KC1SS1OudwzPE3K540tZv2D2idkus"
     "iofPksMmNeXzc6BzkDkah/N0TFToxA==",
     "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAACMAAAAQgEMUWc8EJogpJ1527b7375q/lzKypuMSDL/h6y2krSlU0Dy1Nee3IkUmCQT"
     "vYQVRpo2gzUusd7GIUOQGu+35HjTOgAAAEIB94K1SogPeVU+ShRRx0PITLA+uvLGUYnoS7c26p2gI1Pya4wl/4Of7FzlNFShi8bT"
     "9nPQq+NeSzlwde6JV3XD2Lc="}};

std::error_code verdict(std::string_view algorithm, std::string_view blob, std::string_view signature,
                        std::string_view octets = signed_octets) {
    const auto verified = verify_host_key(algorithm, blob, signature, octets);
    return verified ? std::error_code() : verified.error().code;
}

class every_key : public testing::TestWithParam<vector> {};

TEST_P(every_key, verifies_what_ssh_keygen_signed) {
    EXPECT_EQ(verdict(GetParam().algorithm, GetParam().blob(), GetParam().signature()), std::error_code());
}

TEST_P(every_key, refuses_other_octets) {
    auto octets = signed_octets;
    octets.back() = static_cast<char>(octets.back() ^ 1);
    EXPECT_EQ(verdict(GetParam().algorithm, GetParam().blob(), GetParam().signature(), octets), errc::bad_signature);
}

TEST_P(every_key, refuses_each_flipped_bit_of_the_signature) {
    for (std::size_t i = 0; i < GetParam().signature().size(); ++i) {
        auto signature = GetParam().signature();
        signature[i] = static_cast<char>(signature[i] ^ (1 << i % 8));
        EXPECT_EQ(verdict(GetParam().algorithm, GetParam().blob(), signature), errc::bad_signature) << i;
    }
}

TEST_P(every_key, refuses_a_signature_that_is_cut_off_or_has_more) {
    const auto whole = GetParam().signature();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(verdict(GetParam().algorithm, GetParam().blob(), whole.substr(0, size)), errc::bad_signature);
    EXPECT_EQ(verdict(GetParam().algorithm, GetParam().blob(), whole + '\0'), errc::bad_signature);
}

TEST_P(every_key, refuses_a_key_that_is_cut_off_or_has_more) {
    const auto whole = GetParam().blob();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(verdict(GetParam().algorithm, whole.substr(0, size), GetParam().signature()),
                  errc::key_exchange_failed);
    EXPECT_EQ(verdict(GetParam().algorithm, whole + '\0', GetParam().signature()), errc::key_exchange_failed);
}

TEST_P(every_key, refuses_every_other_algorithm) {
    for (const auto& other : vectors)
        if (std::string_view(other.algorithm) != GetParam().algorithm)
            EXPECT_NE(verdict(other.algorithm, GetParam().blob(), GetParam().signature()), std::error_code());
}

INSTANTIATE_TEST_SUITE_P(host_key_verifier, every_key, testing::ValuesIn(vectors));

TEST(host_key_verifier, takes_rsa_with_either_hash_but_only_the_agreed_one) {
    const auto& key = test_key("rsa");
    const auto made = crypto::sign(key, "rsa-sha2-256", "octets").value();
    EXPECT_EQ(verdict("rsa-sha2-256", key.public_blob(), made, "octets"), std::error_code());
    EXPECT_EQ(verdict("rsa-sha2-512", key.public_blob(), made, "octets"), errc::bad_signature);
}

TEST(host_key_verifier, refuses_rsa_keys_that_are_too_small) {
    const auto& key = test_key("rsa1024.pem");
    const auto made = crypto::sign(key, "rsa-sha2-256", "octets").value();
    EXPECT_EQ(verdict("rsa-sha2-256", key.public_blob(), made, "octets"), errc::key_exchange_failed);
}

std::string rsa_blob(std::string_view exponent, std::string_view modulus) {
    std::string blob;
    base::byte_writer out(blob);
    out.string("ssh-rsa");
    write_magnitude(out, exponent);
    write_magnitude(out, modulus);
    return blob;
}

TEST(host_key_verifier, refuses_rsa_numbers_that_cost_or_mean_nothing) {
    const std::string modulus(256, '\xff');
    const std::string e("\x01\x00\x01", 3);
    for (const auto& blob : {rsa_blob("", modulus), rsa_blob("\x01", modulus), rsa_blob("\x02", modulus),
                             rsa_blob(std::string(9, '\x01'), modulus), rsa_blob(e, std::string(255, '\xff') + "\xfe"),
                             rsa_blob(e, std::string(2049, '\xff')), rsa_blob(e, "")})
        EXPECT_EQ(verdict("rsa-sha2-512", blob, ""), errc::key_exchange_failed);
}

}  // namespace
}  // namespace gangway::ssh
