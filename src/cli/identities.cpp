#include "identities.hpp"

#include "listing_text.hpp"

#include <gangway/crypto/errors.hpp>
#include <gangway/crypto/private_key.hpp>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace gangway::cli {
namespace {

base::error naming(const std::filesystem::path& file, base::error failure) {
    failure.message = shown(file.native()) + ": " + failure.message;
    return failure;
}

base::result<base::secret> read_secret(const std::filesystem::path& file) {
    std::string text(crypto::key_limits{}.file_size + 1, '\0');  // one octet more tells whether there is more
    const int from = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const auto count = from < 0 ? -1 : ::read(from, text.data(), text.size());
    const int reason = errno;
    if (from >= 0) ::close(from);
    if (count < 0)
        return base::fail({reason, std::generic_category()}, base::phase::request,
                          fmt::format("the key file cannot be read: {}", std::strerror(reason)));
    text.resize(static_cast<std::size_t>(count));
    return base::secret::take(text);
}

base::result<identity> load(const std::filesystem::path& file, bool required) {
    auto text = read_secret(file);
    if (!text) return std::unexpected(naming(file, std::move(text.error())));
    const auto key = crypto::decode_private_key(*text, {});
    const bool encrypted = !key && key.error().code == crypto::errc::passphrase_missing;
    if (!key && !encrypted) return std::unexpected(naming(file, key.error()));
    return identity{file, std::move(*text), encrypted, required};
}

}  // namespace

base::result<std::vector<identity>> chosen_identities(const std::vector<std::filesystem::path>& files) {
    std::vector<identity> found;
    for (const auto& file : files) {
        auto loaded = load(file, true);
        if (!loaded) return std::unexpected(std::move(loaded.error()));
        found.push_back(std::move(*loaded));
    }
    return found;
}

std::vector<identity> usual_identities(const std::filesystem::path& home) {
    constexpr std::array<std::string_view, 3> names{"id_ed25519", "id_ecdsa", "id_rsa"};
    std::vector<identity> found;
    for (const auto name : names)
        if (auto loaded = load(home / ".ssh" / name, false)) found.push_back(std::move(*loaded));
    return found;
}

base::result<identity> unlocked(const identity& locked, const base::secret& passphrase) {
    const auto key = crypto::decode_private_key(locked.text, passphrase);
    if (!key) return std::unexpected(naming(locked.file, key.error()));
    auto text = key->to_openssh();
    if (!text) return std::unexpected(naming(locked.file, std::move(text.error())));
    return identity{locked.file, std::move(*text), false, locked.required};
}

}  // namespace gangway::cli
