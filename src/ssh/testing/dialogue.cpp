#include "dialogue.hpp"

#include <gangway/base/byte_writer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gangway::ssh::testing_support {
namespace {

happening copied(event& news) {
    happening kept{.kind = news.index(), .channel = 0, .text = {}, .whole = news};
    if (const auto* data = std::get_if<channel_data>(&news)) {
        kept.channel = data->channel;
        kept.text = data->octets;
    }
    if (const auto* key = std::get_if<host_key_presented>(&news)) kept.text = key->type;
    if (const auto* asked = std::get_if<prompts_received>(&news)) {
        for (const auto& prompt : asked->prompts)
            kept.text += std::string(prompt.text) + (prompt.echo ? "+" : "-");
    }
    return kept;
}

}  // namespace

options dialogue::quiet_options() {
    options how;
    how.random = seeded_random(1);
    return how;
}

dialogue::dialogue(server_script script, options how) : server(std::move(script)), machine(std::move(how)) {
}

void dialogue::run() {
    for (bool moved = true; moved;) {
        moved = false;
        collect();
        if (const std::string out(machine.output()); !out.empty()) {
            machine.consumed(out.size());
            server.receive(out);
            moved = true;
        }
        auto in = server.take_output();
        on_the_way(in);
        backlog_ += in;
        const auto before = backlog_.size();
        read({});
        moved = moved || backlog_.size() != before;
    }
}

void dialogue::read(std::string_view) {
    while (!backlog_.empty()) {
        const auto space = machine.receive_space();
        const auto count = std::min({space.size(), backlog_.size(), chunk});
        if (count == 0) return;
        std::copy_n(backlog_.begin(), count, space.begin());
        machine.received(count);
        backlog_.erase(0, count);
        collect();
    }
}

void dialogue::collect() {
    for (;;) {
        auto news = machine.next();
        if (!news) {
            failure = news.error();
            return;
        }
        if (!*news) return;
        happened.push_back(copied(**news));
    }
}

void dialogue::exchange_keys() {
    run();
    if (!saw<host_key_presented>()) throw std::runtime_error(failure ? failure->message : "no host key came");
    (void)machine.accept_host_key();
    run();
}

void dialogue::log_in() {
    exchange_keys();
    server.send(service_accept());
    run();
    (void)machine.login_with_password("user", base::secret("password"));
    server.send(auth_success());
    run();
    if (!saw<login_succeeded>()) throw std::runtime_error(failure ? failure->message : "no login");
    server.inbox.clear();
    forget();
}

channel_id dialogue::open_channel(std::uint32_t window, std::uint32_t server_window, std::uint32_t server_packet) {
    const auto id = machine.open_session(window).value();
    auto confirmation = channel_message(msg::channel_open_confirmation, id);
    base::byte_writer out(confirmation);
    out.u32(70 + id);
    out.u32(server_window);
    out.u32(server_packet);
    run();
    server.send(confirmation);
    run();
    if (!failure && !saw<channel_opened>()) throw std::runtime_error("no channel");
    forget();
    return id;
}

std::vector<std::string> dialogue::received(std::uint8_t number) const {
    std::vector<std::string> found;
    for (const auto& payload : server.inbox)
        if (static_cast<std::uint8_t>(payload.front()) == number) found.push_back(payload);
    return found;
}

std::string dialogue::data() const {
    std::string all;
    for (const auto& one : happened)
        if (std::holds_alternative<channel_data>(one.whole)) all += one.text;
    return all;
}

std::string one(std::uint8_t number, std::string_view rest) {
    return std::string(1, static_cast<char>(number)).append(rest);
}

std::string service_accept() {
    auto payload = one(msg::service_accept);
    base::byte_writer(payload).string("ssh-userauth");
    return payload;
}

std::string auth_failure(std::string_view methods, bool partial) {
    auto payload = one(msg::userauth_failure);
    base::byte_writer out(payload);
    out.string(methods);
    out.u8(partial ? 1 : 0);
    return payload;
}

std::string auth_success() {
    return one(msg::userauth_success);
}

std::string channel_message(std::uint8_t number, channel_id channel) {
    auto payload = one(number);
    base::byte_writer(payload).u32(channel);
    return payload;
}

std::string data_message(channel_id channel, std::string_view octets) {
    auto payload = channel_message(msg::channel_data, channel);
    base::byte_writer(payload).string(octets);
    return payload;
}

std::string disconnect_message(std::string_view text) {
    auto payload = one(msg::disconnect);
    base::byte_writer out(payload);
    out.u32(11);
    out.string(text);
    out.string("");
    return payload;
}

}  // namespace gangway::ssh::testing_support
