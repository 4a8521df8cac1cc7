#include <gangway/crypto/aead.hpp>
#include <gangway/vault/errors.hpp>
#include <gangway/vault/keyring.hpp>

#include <charconv>
#include <optional>
#include <string>

namespace gangway::vault {
namespace {

constexpr std::string_view explanation =
    "# Master keys of Gangway. Keep this file secret, and keep a copy of it apart from the backups of the database:\n"
    "# without it nobody can read the private keys and passwords there.\n";

std::optional<std::uint32_t> version_of(std::string_view digits) {
    std::uint32_t version = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [read, fault] = std::from_chars(digits.data(), end, version);
    if (fault != std::errc{} || read != end || version == 0) return std::nullopt;
    return version;
}

/// The next line, without its end; `rest` goes on behind it.
std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

base::result<keyring> keyring::parse(std::string_view text) {
    keyring made;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = next_line(text);
        if (line.empty() || line.starts_with('#')) continue;
        const auto space = line.find(' ');
        const auto version = space == std::string_view::npos ? 1U : version_of(line.substr(0, space));
        auto key = crypto::locked_octets::from_base64(space == std::string_view::npos ? line : line.substr(space + 1));
        if (!version || !key || key->size() != crypto::aead_key_size ||
            !made.keys_.try_emplace(*version, std::move(*key)).second)
            return refuse(errc::bad_key_file, "line " + std::to_string(number) +
                                                  " of the master key file is not a version and 32 octets in base64, "
                                                  "or its version comes twice");
    }
    if (made.keys_.empty()) return refuse(errc::bad_key_file, "there is no key in the master key file");
    return made;
}

keyring keyring::generate() {
    keyring made;
    made.keys_.emplace(1U, crypto::locked_octets::random(crypto::aead_key_size));
    return made;
}

keyring keyring::clone() const {
    keyring copy;
    for (const auto& [version, key] : keys_)
        copy.keys_.emplace(version, crypto::locked_octets(key.view()));
    return copy;
}

keyring keyring::with_next() const {
    auto more = clone();
    more.keys_.emplace(current() + 1, crypto::locked_octets::random(crypto::aead_key_size));
    return more;
}

keyring keyring::newest_only() const {
    keyring one;
    one.keys_.emplace(current(), crypto::locked_octets(keys_.rbegin()->second.view()));
    return one;
}

crypto::locked_octets keyring::text() const {
    constexpr std::size_t longest_line = 10 + 1 + 44 + 1;  // a version, a space, 32 octets in base64, the line's end
    crypto::locked_octets text(explanation.size() + keys_.size() * longest_line);
    std::size_t size = 0;
    const auto add = [&](std::string_view part) { size += part.copy(text.data() + size, part.size()); };
    add(explanation);
    for (const auto& [version, key] : keys_) {
        add(std::to_string(version));
        add(" ");
        add(key.to_base64().view());
        add("\n");
    }
    return crypto::locked_octets(text.view().substr(0, size));
}

const crypto::locked_octets* keyring::find(std::uint32_t version) const noexcept {
    const auto found = keys_.find(version);
    return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace gangway::vault
