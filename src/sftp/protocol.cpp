#include <gangway/sftp/protocol.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace gangway::sftp {
namespace {

constexpr std::array status_names = {
    "OK",
    "EOF",
    "NO_SUCH_FILE",
    "PERMISSION_DENIED",
    "FAILURE",
    "BAD_MESSAGE",
    "NO_CONNECTION",
    "CONNECTION_LOST",
    "OP_UNSUPPORTED",
    "INVALID_HANDLE",
    "NO_SUCH_PATH",
    "FILE_ALREADY_EXISTS",
    "WRITE_PROTECT",
    "NO_MEDIA",
    "NO_SPACE_ON_FILESYSTEM",
    "QUOTA_EXCEEDED",
    "UNKNOWN_PRINCIPAL",
    "LOCK_CONFLICT",
    "DIR_NOT_EMPTY",
    "NOT_A_DIRECTORY",
    "INVALID_FILENAME",
    "LINK_LOOP",
    "CANNOT_DELETE",
    "INVALID_PARAMETER",
    "FILE_IS_A_DIRECTORY",
};

}  // namespace

std::string to_string(packet_type type) {
    switch (type) {
        case packet_type::init:
            return "INIT";
        case packet_type::version:
            return "VERSION";
        case packet_type::open:
            return "OPEN";
        case packet_type::close:
            return "CLOSE";
        case packet_type::read:
            return "READ";
        case packet_type::write:
            return "WRITE";
        case packet_type::lstat:
            return "LSTAT";
        case packet_type::fstat:
            return "FSTAT";
        case packet_type::setstat:
            return "SETSTAT";
        case packet_type::fsetstat:
            return "FSETSTAT";
        case packet_type::opendir:
            return "OPENDIR";
        case packet_type::readdir:
            return "READDIR";
        case packet_type::remove:
            return "REMOVE";
        case packet_type::mkdir:
            return "MKDIR";
        case packet_type::rmdir:
            return "RMDIR";
        case packet_type::realpath:
            return "REALPATH";
        case packet_type::stat:
            return "STAT";
        case packet_type::rename:
            return "RENAME";
        case packet_type::readlink:
            return "READLINK";
        case packet_type::symlink:
            return "SYMLINK";
        case packet_type::status:
            return "STATUS";
        case packet_type::handle:
            return "HANDLE";
        case packet_type::data:
            return "DATA";
        case packet_type::name:
            return "NAME";
        case packet_type::attrs:
            return "ATTRS";
        case packet_type::extended:
            return "EXTENDED";
        case packet_type::extended_reply:
            return "EXTENDED_REPLY";
    }
    return fmt::format("packet {}", std::to_underlying(type));
}

std::string to_string(status_code code) {
    const auto number = std::to_underlying(code);
    if (number < status_names.size()) return status_names[number];
    return fmt::format("STATUS_{}", number);
}

}  // namespace gangway::sftp
