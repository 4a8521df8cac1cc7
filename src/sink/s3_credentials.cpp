#include <gangway/sink/errors.hpp>
#include <gangway/sink/s3_credentials.hpp>

#include <algorithm>

namespace gangway::sink {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool is_visible(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::optional<s3_credentials> credentials_from_environment(const std::function<const char*(const char*)>& variable) {
    const auto value = [&](const char* name) {
        const char* const found = variable(name);
        return std::string_view{found == nullptr ? "" : found};
    };
    const auto id = value("AWS_ACCESS_KEY_ID"), secret = value("AWS_SECRET_ACCESS_KEY");
    if (id.empty() || secret.empty()) return {};
    return s3_credentials{std::string{id}, base::secret{secret}, base::secret{value("AWS_SESSION_TOKEN")}};
}

base::result<s3_credentials> credentials_from_file(std::string_view text, std::string_view profile) {
    s3_credentials found;
    for (bool inside = false; !text.empty();) {
        const auto line = trimmed(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
        if (line.empty() || line.front() == '#' || line.front() == ';') continue;
        if (line.front() == '[') {
            inside = line.ends_with(']') && trimmed(line.substr(1, line.size() - 2)) == profile;
            continue;
        }
        const auto equals = line.find('=');
        if (!inside || equals == std::string_view::npos) continue;
        const auto name = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
        if (name == "aws_access_key_id") found.access_key_id = value;
        if (name == "aws_secret_access_key") found.secret_access_key = base::secret{value};
        if (name == "aws_session_token") found.session_token = base::secret{value};
    }
    if (found.access_key_id.empty() || found.secret_access_key.empty())
        return base::fail(errc::refused, base::phase::storage,
                          "the credentials file has no aws_access_key_id and aws_secret_access_key for this profile");
    return found;
}

bool are_usable(const s3_credentials& credentials) noexcept {
    const auto one_line = [](std::string_view text) {
        return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
    };
    return !credentials.access_key_id.empty() && credentials.access_key_id.size() <= 128 &&
           is_visible(credentials.access_key_id) && !credentials.secret_access_key.empty() &&
           one_line(credentials.secret_access_key.view()) && one_line(credentials.session_token.view());
}

}  // namespace gangway::sink
