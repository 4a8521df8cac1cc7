#pragma once
/// check-file: the server hashes a file (draft-ietf-secsh-filexfer-13 section 9.1.2; earlier drafts alike).

#include <gangway/sftp/fields.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstdint>
#include <string_view>

namespace gangway::sftp {

/// The hash the server chose, and its value for every block one after the other. Some servers (Paramiko, MINA) put the
/// word "check-file" before the algorithm; it is no algorithm's name, and is skipped.
struct check_file_reply {
    static constexpr auto type = packet_type::extended_reply;

    std::string_view algorithm{};  ///< e.g. "sha256"
    std::string_view hashes{};     ///< raw octets

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::skipped_word{"check-file"}, field::not_empty(self.algorithm), field::rest{self.hashes});
    }
};

struct check_file_name_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "CHECK_FILE";
    static constexpr std::string_view extension = "check-file-name";
    static constexpr auto feature = &server_features::check_file_name;
    using reply_type = check_file_reply;

    std::string_view path{};
    std::string_view algorithms{};  ///< comma-separated, best first
    std::uint64_t offset = 0;
    std::uint64_t length = 0;      ///< 0: to the end
    std::uint32_t block_size = 0;  ///< at least 256, or 0 for one hash over all

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::path(self.path), self.algorithms, self.offset, self.length, self.block_size);
    }
};

struct check_file_handle_request {
    static constexpr auto type = packet_type::extended;
    static constexpr std::string_view label = "CHECK_FILE";
    static constexpr std::string_view extension = "check-file-handle";
    static constexpr auto feature = &server_features::check_file_handle;
    using reply_type = check_file_reply;

    std::string_view handle{};
    std::string_view algorithms{};  ///< comma-separated, best first
    std::uint64_t offset = 0;
    std::uint64_t length = 0;      ///< 0: to the end
    std::uint32_t block_size = 0;  ///< at least 256, or 0 for one hash over all

    constexpr void fields(this auto& self, auto& codec) {
        codec(field::handle(self.handle), self.algorithms, self.offset, self.length, self.block_size);
    }
};

}  // namespace gangway::sftp
