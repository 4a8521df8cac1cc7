#include <gangway/api/one_shot_request.hpp>

#include <algorithm>
#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_username = 255;

/// A name goes into the SSH login as it is; what cannot be seen in it can only be an attempt at something else.
std::string decode_username(fields& from) {
    const auto name = from.required_text("username");
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (name.empty() || name.size() > longest_username || std::ranges::any_of(name, is_control))
        from.complain("username", "\"username\" must be 1 to 255 octets without control characters");
    return std::string{name};
}

/// A secret that is given must say something.
std::optional<base::secret> decode_secret(fields& from, std::string_view name) {
    auto secret = from.secret(name);
    if (secret && secret->empty()) from.complain(name, "\"" + std::string{name} + "\" is empty");
    return secret;
}

}  // namespace

server_request decode_server(fields& from, std::chrono::milliseconds longest) {
    server_request request;
    request.limit = longest;
    request.host_as_asked = from.required_text("host");
    const auto port = from.integer("port", 1, 65535).value_or(model::default_port);
    if (auto host = model::host::parse(request.host_as_asked))
        request.server = model::endpoint{std::move(*host), static_cast<std::uint16_t>(port)};
    else
        from.complain(std::move(host.error()));
    if (const auto text = from.text("hostKey")) {
        if (auto key = model::fingerprint::parse(*text))
            request.expected_key = *key;
        else
            from.complain(std::move(key.error()));
    }
    if (const auto limit = from.integer("timeoutMs", 1, longest.count()))
        request.limit = std::chrono::milliseconds{*limit};
    return request;
}

std::optional<model::credentials> decode_optional_credentials(fields& from) {
    auto key = decode_secret(from, "privateKey");
    auto password = decode_secret(from, "password");
    auto passphrase = from.secret("passphrase");
    if (!key && !password) return std::nullopt;
    model::credentials who{.username = decode_username(from)};
    if (key) who.key = model::key_file{std::move(*key), std::move(passphrase).value_or(base::secret{})};
    who.password = std::move(password);
    return who;
}

model::credentials decode_credentials(fields& from) {
    if (auto who = decode_optional_credentials(from)) return std::move(*who);
    static_cast<void>(decode_username(from));
    from.complain("password", "\"password\" or \"privateKey\" is missing");
    return {};
}

model::credentials clone(const model::credentials& who) {
    model::credentials copy{.username = who.username, .agent = who.agent, .signers = who.signers};
    if (who.key) copy.key = model::key_file{who.key->text.clone(), who.key->passphrase.clone()};
    if (who.password) copy.password = who.password->clone();
    return copy;
}

remote::target clone(const remote::target& where) {
    return {where.server,    clone(where.who), where.expected_key, where.managed,
            where.path_root, where.paths,      where.on_behalf_of};
}

}  // namespace gangway::api
