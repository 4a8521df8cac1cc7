#pragma once
/// Replies as a session would hand them out, for tests of the windows.

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/reply.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gangway::sftp::testing {

template <message Message>
reply made_reply(const Message& value, std::string_view label) {
    std::string octets;
    EXPECT_EQ(encode(octets, 1, value), std::nullopt);
    return {frame(octets.begin() + 4, octets.end()), label};
}
inline reply with_data(std::string_view octets) {
    return made_reply(data_reply{.data = octets}, "READ");
}
inline reply with_status(status_code code, std::string_view label = "READ") {
    return made_reply(status_reply{.code = code}, label);
}

}  // namespace gangway::sftp::testing
