#pragma once
/// For the tests of this room: the files in testdata/.

#include "armor.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/base/byte_reader.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/crypto/private_key.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace gangway::crypto::testdata {

inline constexpr std::string_view passphrase = "correct horse";

/// The text of a file; the test fails if it is not there.
inline std::string read(const std::string& name) {
    std::ifstream file(GANGWAY_TESTDATA "/" + name, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_FALSE(text.empty()) << name;
    return text;
}

/// What the armor of a file holds.
inline std::string read_body(const std::string& name) {
    const auto text = read(name);
    const auto block = find_key_block(text);
    return block ? std::string(view(decode_block(block->base64).value())) : std::string();
}

/// The private section of an OpenSSH file, as it is there: encrypted or not.
inline std::string private_section(std::string_view body) {
    base::byte_reader file(body);
    file.take(15);
    for (int i = 0; i < 3; ++i)
        file.string();
    file.u32();
    file.string();
    return std::string(file.string());
}

/// The wire encoding in TYPE.pub, where `type` is how the name of a key begins.
inline std::string public_blob(std::string_view name) {
    const auto line = read(std::string(name.substr(0, name.find('.'))) + ".pub");
    const auto start = line.find(' ') + 1;
    return base::from_base64(line.substr(start, line.find_first_of(" \n", start) - start)).value();
}

/// Limits under which no test depends on how fast the machine is.
inline key_limits patient() {
    key_limits limits;
    limits.kdf_time = std::chrono::minutes(10);
    return limits;
}

inline base::result<private_key> decode(std::string_view text, std::string_view phrase = {},
                                        const key_limits& limits = patient()) {
    return decode_private_key(base::secret(text), base::secret(phrase), limits);
}

/// The error of something that has to fail.
template <class T>
base::error error_of(const base::result<T>& outcome) {
    EXPECT_FALSE(outcome.has_value());
    return outcome ? base::error{} : outcome.error();
}

}  // namespace gangway::crypto::testdata
