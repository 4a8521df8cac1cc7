#include <gangway/base/escape.hpp>
#include <gangway/sftp/errors.hpp>

#include <fmt/format.h>

namespace gangway::sftp {
namespace {

class category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gangway.sftp"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::end_of_file:
                return "end of file";
            case errc::no_such_file:
                return "no such file";
            case errc::permission_denied:
                return "permission denied";
            case errc::failure:
                return "the server failed";
            case errc::bad_message:
                return "the server found a message malformed";
            case errc::no_connection:
                return "the server has no connection";
            case errc::connection_lost:
                return "the server lost its connection";
            case errc::op_unsupported:
                return "the server does not support the operation";
            case errc::already_exists:
                return "the file already exists";
            case errc::not_empty:
                return "the directory is not empty";
            case errc::not_a_directory:
                return "not a directory";
            case errc::is_a_directory:
                return "the file is a directory";
            case errc::invalid_handle:
                return "the server does not know the handle";
            case errc::no_space:
                return "no space left";
            case errc::other_status:
                return "the server refused with a code of its own";
            case errc::protocol_error:
                return "the server broke the SFTP protocol";
            case errc::unsupported_version:
                return "the server speaks another version of SFTP";
            case errc::remote_changed:
                return "the file changed during the transfer";
            case errc::too_long:
                return "longer than the limits allow";
            case errc::incomplete_attributes:
                return "attributes that come together are not together";
            case errc::extension_missing:
                return "the server does not offer the extension";
            case errc::busy:
                return "too many requests at once";
            case errc::closed:
                return "the session is closed";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

errc meaning_of(status_code code) noexcept {
    switch (code) {
        case status_code::ok:
            return errc::protocol_error;
        case status_code::eof:
            return errc::end_of_file;
        case status_code::no_such_file:
        case status_code::no_such_path:
            return errc::no_such_file;
        case status_code::permission_denied:
        case status_code::write_protect:
        case status_code::cannot_delete:
            return errc::permission_denied;
        case status_code::failure:
            return errc::failure;
        case status_code::bad_message:
            return errc::bad_message;
        case status_code::no_connection:
            return errc::no_connection;
        case status_code::connection_lost:
            return errc::connection_lost;
        case status_code::op_unsupported:
            return errc::op_unsupported;
        case status_code::invalid_handle:
            return errc::invalid_handle;
        case status_code::file_already_exists:
            return errc::already_exists;
        case status_code::no_space_on_filesystem:
        case status_code::quota_exceeded:
            return errc::no_space;
        case status_code::dir_not_empty:
            return errc::not_empty;
        case status_code::not_a_directory:
            return errc::not_a_directory;
        case status_code::file_is_a_directory:
            return errc::is_a_directory;
        case status_code::no_media:
        case status_code::unknown_principal:
        case status_code::lock_conflict:
        case status_code::invalid_filename:
        case status_code::link_loop:
        case status_code::invalid_parameter:
            break;
    }
    return errc::other_status;
}

base::error status_error(std::string_view label, const status_reply& status) {
    auto message = fmt::format("{} failed: {}", label, to_string(status.code));
    if (!status.message.empty()) message += fmt::format(" — {}", base::escape(status.message));
    return {meaning_of(status.code), base::phase::sftp, std::move(message)};
}

base::error protocol_error(std::string_view what) {
    return {errc::protocol_error, base::phase::sftp, fmt::format("the server broke the SFTP protocol: {}", what)};
}

}  // namespace gangway::sftp
