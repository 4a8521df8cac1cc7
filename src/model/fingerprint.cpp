#include <gangway/base/base64.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/model/fingerprint.hpp>

#include <algorithm>

namespace gangway::model {

base::result<fingerprint> fingerprint::parse(std::string_view text, std::string_view field) {
    constexpr std::string_view prefix = "SHA256:";
    constexpr std::size_t digits = 43;
    if (text.starts_with(prefix)) {
        auto encoded = text.substr(prefix.size());
        if (encoded.size() == digits + 1 && encoded.ends_with('=')) encoded.remove_suffix(1);
        // With exactly 43 characters, white space, which the decoder would pass over, leaves too few octets.
        const auto octets = encoded.size() == digits ? base::from_base64(encoded) : std::nullopt;
        if (octets && octets->size() == digest{}.size()) {
            digest value{};
            std::ranges::transform(*octets, value.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
            return fingerprint{value};
        }
    }
    return invalid(field, "a fingerprint reads \"SHA256:\" and 43 base64 characters, as ssh-keygen -l prints it");
}

std::string fingerprint::text() const {
    const std::string octets{digest_.begin(), digest_.end()};
    return "SHA256:" + base::to_base64(octets, base::base64_padding::without);
}

}  // namespace gangway::model
