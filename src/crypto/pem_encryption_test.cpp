#include "pem_encryption.hpp"

#include "testdata.hpp"

#include <gangway/crypto/errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::crypto {
namespace {

using testdata::error_of;

constexpr std::string_view good = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0f";

TEST(is_pem_encrypted, looks_at_proc_type_only) {
    EXPECT_TRUE(is_pem_encrypted(good));
    EXPECT_TRUE(is_pem_encrypted("DEK-Info: x\r\nProc-Type:4,ENCRYPTED \r\n"));
    for (const std::string_view plain : {"", "Proc-Type: 4,MIC-CLEAR", "Proc-Type:", "Comment: ENCRYPTED",
                                         "X-Proc-Type: 4,ENCRYPTED", "Proc-Type 4,ENCRYPTED"})
        EXPECT_FALSE(is_pem_encrypted(plain)) << plain;
}

TEST(decrypt_pem, refuses_headers_it_cannot_use) {
    const std::pair<std::string_view, errc> cases[] = {
        {"Proc-Type: 4,ENCRYPTED", errc::unsupported_key},
        {"DEK-Info: ", errc::unsupported_key},
        {"DEK-Info: RC2-CBC,0001020304050607", errc::unsupported_key},
        {"DEK-Info: AES-128-CBC", errc::bad_private_key},
        {"DEK-Info: AES-128-CBC,", errc::bad_private_key},
        {"DEK-Info: AES-128-CBC,0001020304050607", errc::bad_private_key},
        {"DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0", errc::bad_private_key},
        {"DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F0", errc::bad_private_key},
        {"DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0G", errc::bad_private_key},
    };
    for (const auto& [headers, code] : cases)
        EXPECT_EQ(error_of(decrypt_pem(headers, std::string(16, 'x'), "p")).code, code) << headers;
}

TEST(decrypt_pem, refuses_cipher_text_that_is_not_whole_blocks) {
    for (const std::size_t size : {0U, 1U, 15U, 17U})
        EXPECT_EQ(error_of(decrypt_pem(good, std::string(size, 'x'), "p")).code, errc::passphrase_wrong) << size;
}

TEST(decrypt_pem, asks_for_a_passphrase) {
    EXPECT_EQ(error_of(decrypt_pem(good, std::string(16, 'x'), {})).code, errc::passphrase_missing);
}

}  // namespace
}  // namespace gangway::crypto
