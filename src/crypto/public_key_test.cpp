#include "testdata.hpp"

#include <gangway/crypto/public_key.hpp>

#include <gtest/gtest.h>

namespace gangway::crypto {
namespace {

TEST(fingerprint_sha256, matches_what_ssh_keygen_shows) {
    EXPECT_EQ(fingerprint_sha256(testdata::public_blob("ed25519")),
              "SHA256:ppPIwXU7Tvu3xrMOEP9FbV0BsnbS/GQ+Stszn/G0Lfo");
    EXPECT_EQ(fingerprint_sha256(testdata::public_blob("rsa")), "SHA256:aKFlbV5uWrYbyFLwJ6PVO649QGZQF4yUGsjnFYqm+7g");
}

}  // namespace
}  // namespace gangway::crypto
