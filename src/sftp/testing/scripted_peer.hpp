#pragma once
/// The other end of a session, for tests: reads requests, writes answers.

#include <gangway/sftp/session.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::sftp::testing {

/// One message that a session sent.
struct sent_request {
    packet_type type{};
    request_id id = 0;
    std::string body{};
};

/// Everything the session has to send, as one run of octets.
inline std::string flush(session& client) {
    std::string sent;
    while (!client.output().empty()) {
        sent += client.output();
        client.consumed(client.output().size());
    }
    return sent;
}
/// The same, cut into messages.
inline std::vector<sent_request> requests(session& client) {
    const auto sent = flush(client);
    std::vector<sent_request> messages;
    for (base::byte_reader in{sent}; in.remaining() > 0;) {
        const auto body = in.string();
        field_reader read{body};
        auto& message = messages.emplace_back();
        message.body = body;
        read(message.type, message.id);
    }
    return messages;
}

template <message Message>
std::string wire(request_id id, const Message& value) {
    std::string octets;
    EXPECT_EQ(encode(octets, id, value), std::nullopt);
    return octets;
}
inline std::string status(request_id id, status_code code, std::string_view text = "") {
    return wire(id, status_reply{.code = code, .message = text});
}
/// NAME with `count` entries, all alike.
inline std::string names(request_id id, std::uint32_t count, std::string_view name) {
    std::string entries;
    for (std::uint32_t i = 0; i < count; ++i)
        append_item(entries, name_entry{.name = name});
    // Longer than what our own side may send, so not by encode().
    std::string octets;
    base::byte_writer out{octets};
    out.u32(static_cast<std::uint32_t>(9 + entries.size()));
    out.u8(static_cast<std::uint8_t>(packet_type::name));
    out.u32(id);
    out.u32(count);
    out.raw(entries);
    return octets;
}

using announcements = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::string version(announcements pairs = {}, std::uint32_t number = protocol_version) {
    std::string octets;
    for (const auto& [name, data] : pairs)
        append_item(octets, extension_pair{name, data});
    return wire(0, version_reply{.version = number, .extensions = sequence<extension_pair>{octets}});
}

/// Brings `client` to where requests may be submitted; what it sent until then is gone.
inline void make_ready(session& client, announcements pairs = {}) {
    client.start();
    flush(client);
    ASSERT_TRUE(client.receive(version(pairs)));
    ASSERT_TRUE(client.ready());
}

/// The tokens of all completions, in order.
inline std::vector<std::uint64_t> completed(session& client) {
    std::vector<std::uint64_t> tokens;
    while (const auto done = client.next())
        tokens.push_back(done->token);
    return tokens;
}

}  // namespace gangway::sftp::testing
