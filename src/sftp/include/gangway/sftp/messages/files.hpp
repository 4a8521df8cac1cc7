#pragma once
/// Opening, reading and writing a file (draft sections 6.3 and 6.4).

#include <gangway/sftp/attributes.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// The server's name for something open: opaque octets.
struct handle_reply {
    static constexpr auto type = packet_type::handle;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

struct data_reply {
    static constexpr auto type = packet_type::data;

    std::string_view data{};

    constexpr void fields(this auto& self, auto& codec) { codec(self.data); }
};

struct open_request {
    static constexpr auto type = packet_type::open;
    static constexpr std::string_view label = "OPEN";
    using reply_type = handle_reply;

    std::string_view path{};
    std::uint32_t flags = open_flag::read;
    attributes attrs{};  ///< of a file that is created

    constexpr void fields(this auto& self, auto& codec) { codec(field::path(self.path), self.flags, self.attrs); }
};

struct close_request {
    static constexpr auto type = packet_type::close;
    static constexpr std::string_view label = "CLOSE";
    using reply_type = status_reply;

    std::string_view handle{};

    constexpr void fields(this auto& self, auto& codec) { codec(field::handle(self.handle)); }
};

/// Answered with less than asked for at the end of the file, and by some servers anywhere; STATUS EOF beyond the end.
struct read_request {
    static constexpr auto type = packet_type::read;
    static constexpr std::string_view label = "READ";
    using reply_type = data_reply;

    std::string_view handle{};
    std::uint64_t offset = 0;
    std::uint32_t length = 0;  ///< at most `max_transfer`

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::handle(self.handle), self.offset, field::at_most{self.length, max_transfer});
    }
};

/// The data is copied when the request is submitted.
struct write_request {
    static constexpr auto type = packet_type::write;
    static constexpr std::string_view label = "WRITE";
    using reply_type = status_reply;

    std::string_view handle{};
    std::uint64_t offset = 0;
    std::string_view data{};  ///< at most `max_transfer`

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::handle(self.handle), self.offset, field::transfer(self.data));
    }
};

}  // namespace gangway::sftp
