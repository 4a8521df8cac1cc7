#pragma once
/// For tests: a client and a scripted server, joined by nothing but two strings.

#include "../message_numbers.hpp"
#include "scripted_server.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/ssh/client.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gangway::ssh::testing_support {

/// An event whose views have been copied: `text` holds the octets of data, the type of a host key, or a prompt.
struct happening {
    std::size_t kind;  ///< the index in `event`
    std::uint32_t channel = 0;
    std::string text{};
    event whole;
};

template <class Event>
[[nodiscard]] constexpr std::size_t kind_of() noexcept {
    return event(Event{}).index();
}

class dialogue {
  public:
    explicit dialogue(server_script script = {}, options how = quiet_options());

    [[nodiscard]] static options quiet_options();

    /// Moves octets both ways and collects what the client tells, until nothing moves any more.
    void run();
    /// Up to and with the acceptance of the host key.
    void exchange_keys();
    /// Then logged in as "user" with a password.
    void log_in();
    /// Then with a channel open; the server's number of it is 70 + ours.
    channel_id open_channel(std::uint32_t window = std::uint32_t{2} << 20, std::uint32_t server_window = 100'000,
                            std::uint32_t server_packet = 32'768);

    /// Whether such an event came since the last `forget`.
    template <class Event>
    [[nodiscard]] bool saw() const {
        for (const auto& one : happened)
            if (std::holds_alternative<Event>(one.whole)) return true;
        return false;
    }
    /// The payloads of this number that the server received.
    [[nodiscard]] std::vector<std::string> received(std::uint8_t number) const;
    [[nodiscard]] std::string data() const;  ///< all channel data that came
    void forget() { happened.clear(); }

    /// Changes the octets that the server sends, before the client has them.
    std::function<void(std::string&)> on_the_way = [](std::string&) {};
    std::size_t chunk = std::size_t{1} << 20;  ///< the most octets the client reads at once

    scripted_server server;
    client machine;
    std::vector<happening> happened;
    std::optional<base::error> failure;

  private:
    void read(std::string_view octets);
    void collect();

    std::string backlog_;  ///< from the server, while the client does not read
};

// Payloads as servers send them.
[[nodiscard]] std::string service_accept();
[[nodiscard]] std::string auth_failure(std::string_view methods, bool partial = false);
[[nodiscard]] std::string auth_success();
[[nodiscard]] std::string channel_message(std::uint8_t number, channel_id channel);
[[nodiscard]] std::string data_message(channel_id channel, std::string_view octets);
[[nodiscard]] std::string disconnect_message(std::string_view text);
[[nodiscard]] std::string one(std::uint8_t number, std::string_view rest = {});

/// EXT_INFO with `algorithms` as the server's signature algorithms (RFC 8308 section 3.1).
inline std::string ext_info(std::string_view algorithms) {
    auto payload = one(msg::ext_info);
    base::byte_writer out(payload);
    out.u32(2);
    out.string("publickey-hostbound@openssh.com");
    out.string("0");
    out.string("server-sig-algs");
    out.string(algorithms);
    return payload;
}

/// Runs the dialogue and says how it ended; no error if it goes on.
inline std::error_code outcome_of(dialogue& talk) {
    talk.run();
    return talk.failure ? talk.failure->code : std::error_code();
}

}  // namespace gangway::ssh::testing_support
