#pragma once
/// The private keys a user has, as OpenSSH's clients find them.

#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace gangway::cli {

struct identity {
    std::filesystem::path file;
    base::secret text;
    bool encrypted;  ///< needs a passphrase before it can be used
    bool required;   ///< given with -i: not to use it is an error
};

/// The files given with -i; each must be readable and hold a private key.
[[nodiscard]] base::result<std::vector<identity>> chosen_identities(const std::vector<std::filesystem::path>& files);

/// ~/.ssh/id_ed25519, id_ecdsa and id_rsa, as far as they are there and can be used.
[[nodiscard]] std::vector<identity> usual_identities(const std::filesystem::path& home);

/// Decrypts: the same key without a passphrase. Errors: those of `crypto::decode_private_key`. Computes for up to two
/// seconds.
[[nodiscard]] base::result<identity> unlocked(const identity& locked, const base::secret& passphrase);

}  // namespace gangway::cli
