#include "connection.hpp"
#include "failures.hpp"
#include "message_numbers.hpp"
#include "transport.hpp"
#include "userauth.hpp"
#include "wire.hpp"

#include <gangway/ssh/client.hpp>

#include <stdexcept>
#include <utility>

namespace gangway::ssh {
namespace {

/// What a packet needs beside channel data: its message, padding and length.
constexpr std::size_t packet_overhead = 64;

host_key_presented presented(std::string_view blob) noexcept {
    base::byte_reader in(blob);
    return {.type = in.string(), .blob = blob};
}

}  // namespace

struct client::parts {
    explicit parts(const options& how)
        : link(how), login(link, how.bounds), channels(link, how.bounds, how.channel_packet) {
        if (how.channel_packet + packet_overhead > how.bounds.packet)
            throw std::invalid_argument("channel packets larger than packets");
    }

    /// The news in a message for the layers above the transport.
    [[nodiscard]] base::result<std::optional<event>> take(std::string_view payload) {
        const auto number = static_cast<std::uint8_t>(payload.front());
        const bool about_login = number < msg::global_request;
        if (!about_login && !login.succeeded()) return unexpected_message("a message for users that are logged in");
        bool known = true;
        auto news = about_login ? login.receive(payload, known) : channels.receive(payload, known);
        if (!known) link.send_unimplemented();
        if (!news || !*news) return news;
        if (std::holds_alternative<login_succeeded>(**news)) link.set_authenticated();
        if (std::holds_alternative<login_refused>(**news)) channels.forget();
        return news;
    }
    [[nodiscard]] bool ready() const noexcept { return login.succeeded() && !link.failed(); }

    transport link;
    userauth login;
    connection channels;
};

client::client(options how) : parts_(std::make_unique<parts>(how)) {
}
client::client(client&&) noexcept = default;
client& client::operator=(client&&) noexcept = default;
client::~client() = default;

std::span<char> client::receive_space() {
    return parts_->link.receive_space();
}

void client::received(std::size_t count) {
    parts_->link.received(count);
}

std::string_view client::output() const noexcept {
    return parts_->link.output();
}

void client::consumed(std::size_t count) {
    parts_->link.consumed(count);
}

void client::trim() {
    parts_->link.trim();
}

base::result<std::optional<event>> client::next() {
    if (!parts_->link.failed())
        if (auto writable = parts_->channels.next_writable()) return writable;
    for (;;) {
        const auto found = parts_->link.next();
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::nullopt;
        if ((*found)->is_host_key) return presented((*found)->octets);
        auto news = parts_->take((*found)->octets);
        if (!news) parts_->link.fail(news.error());
        if (!news || *news) return news;
    }
}

const std::string& client::server_identification() const noexcept {
    return parts_->link.server_identification();
}

const agreed_algorithms& client::algorithms() const noexcept {
    return parts_->link.algorithms();
}

base::result<void> client::accept_host_key() {
    if (!parts_->link.awaits_decision() || parts_->link.failed()) return too_early("accepting a host key");
    parts_->link.accept_host_key();
    parts_->login.begin();
    return {};
}

void client::rekey() {
    parts_->link.rekey();
}

base::result<void> client::keepalive() {
    if (!parts_->ready()) return too_early("a keepalive");
    return parts_->channels.keepalive();
}

void client::disconnect() {
    parts_->link.disconnect();
}

const std::string& client::banner() const noexcept {
    return parts_->login.banner();
}

std::optional<std::string> client::signature_algorithm(std::string_view key_type) const {
    if (key_type != "ssh-rsa") return std::string(key_type);
    const auto& taken = parts_->link.signature_algorithms();
    // Servers that do not tell and still take RSA with SHA-2 are rare; all of those know the shorter hash.
    if (!taken) return "rsa-sha2-256";
    for (const auto* name : {"rsa-sha2-512", "rsa-sha2-256"})
        if (contains(*taken, name)) return name;
    return std::nullopt;
}

base::result<void> client::login_without_proof(std::string_view user) {
    return parts_->login.none(user);
}

base::result<void> client::login_with_password(std::string_view user, const base::secret& password) {
    return parts_->login.password(user, password.view());
}

base::result<void> client::query_key(std::string_view user, std::string_view algorithm, std::string_view blob) {
    return parts_->login.query_key(user, algorithm, blob);
}

std::string client::octets_to_sign(std::string_view user, std::string_view algorithm, std::string_view blob) const {
    return userauth::octets_to_sign(parts_->link.session_id(), user, algorithm, blob);
}

base::result<void> client::login_with_key(std::string_view user, std::string_view algorithm, std::string_view blob,
                                          std::string_view signature) {
    return parts_->login.sign_in(user, algorithm, blob, signature);
}

base::result<void> client::login_interactively(std::string_view user) {
    return parts_->login.interactive(user);
}

base::result<void> client::answer(std::span<const base::secret> answers) {
    return parts_->login.answer(answers);
}

base::result<channel_id> client::open_session(std::uint32_t window) {
    const bool ahead = parts_->login.has_offered_proof() && parts_->channels.none() && !parts_->link.failed();
    if (!parts_->ready() && !ahead) return too_early("opening a channel");
    return parts_->channels.open_session(window);
}

void client::grow_window(channel_id channel, std::uint32_t window) {
    parts_->channels.grow_window(channel, window);
}

base::result<void> client::request_subsystem(channel_id channel, std::string_view name) {
    return parts_->channels.request_subsystem(channel, name);
}

std::size_t client::write(channel_id channel, std::string_view octets) {
    return parts_->channels.write(channel, octets);
}

std::string_view client::errors(channel_id channel) const {
    return parts_->channels.errors(channel);
}

void client::finish_writing(channel_id channel) {
    parts_->channels.finish_writing(channel);
}

void client::close(channel_id channel) {
    parts_->channels.close(channel);
}

}  // namespace gangway::ssh
