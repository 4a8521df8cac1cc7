#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/told_code.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

namespace gangway::cli {
namespace {

// One switch per enum and no default: the compiler misses no new error.

failure_class of(net::errc code) noexcept {
    using enum net::errc;
    switch (code) {
        case host_blocked:
        case cloudflare_blocked:
            return {"host_blocked", exit_code::unreachable};
        case dns_failed:
            return {"dns_failed", exit_code::unreachable};
        case connection_refused:
        case unreachable:
            return {"connection_refused", exit_code::unreachable};
        case connection_lost:
        case channel_closed:
            return {"connection_lost", exit_code::unreachable};
        case not_ssh:
            return {"not_ssh", exit_code::unreachable};
        case handshake_failed:
            return {"handshake_failed", exit_code::unreachable};
        case host_key_mismatch:
            return {"host_key_mismatch", exit_code::host_key};
        case host_key_unknown:
            return {"host_key_unknown", exit_code::host_key};
        case host_key_store_failed:
            return {"storage_failed", exit_code::usage};
        case auth_failed:
            return {"auth_failed", exit_code::login};
        case subsystem_unavailable:
            return {"subsystem_unavailable", exit_code::unreachable};
        case timed_out:
            return {"timeout", exit_code::unreachable};
        case listing_too_large:
            return {"payload_too_large", exit_code::refused};
        case remote_changed:
            return {"conflict", exit_code::refused};
        case incomplete_write:
            return {"failure", exit_code::refused};
    }
    return {"failure", exit_code::refused};
}

failure_class of(sftp::errc code) noexcept {
    using enum sftp::errc;
    switch (code) {
        case no_such_file:
            return {"no_such_file", exit_code::refused};
        case permission_denied:
            return {"permission_denied", exit_code::refused};
        case op_unsupported:
        case extension_missing:
            return {"op_unsupported", exit_code::refused};
        case already_exists:
            return {"already_exists", exit_code::refused};
        case not_empty:
            return {"not_empty", exit_code::refused};
        case is_a_directory:
            return {"is_a_directory", exit_code::refused};
        case not_a_directory:
        case remote_changed:
            return {"conflict", exit_code::refused};
        case end_of_file:
        case failure:
        case invalid_handle:
        case no_space:
        case other_status:
            return {"failure", exit_code::refused};
        case bad_message:
        case protocol_error:
            return {"bad_message", exit_code::refused};
        case unsupported_version:
            return {"subsystem_unavailable", exit_code::unreachable};
        case no_connection:
        case connection_lost:
        case closed:
            return {"connection_lost", exit_code::unreachable};
        case too_long:
        case incomplete_attributes:
            return {"bad_request", exit_code::usage};
        case busy:
            return {"internal_error", exit_code::refused};
    }
    return {"failure", exit_code::refused};
}

failure_class of(crypto::errc code) noexcept {
    using enum crypto::errc;
    switch (code) {
        case bad_private_key:
        case passphrase_missing:
        case passphrase_wrong:
        case unsupported_key:
        case kdf_too_costly:
            return {"bad_private_key", exit_code::usage};
        case crypto_failure:
            return {"internal_error", exit_code::refused};
    }
    return {"failure", exit_code::refused};
}

}  // namespace

failure_class classify(const base::error& failure) noexcept {
    const auto& code = failure.code;
    if (code == std::errc::operation_canceled) return {"interrupted", exit_code::interrupted};
    if (code.category() == net::category()) return of(static_cast<net::errc>(code.value()));
    if (code.category() == sftp::error_category()) return of(static_cast<sftp::errc>(code.value()));
    if (code.category() == crypto::category()) return of(static_cast<crypto::errc>(code.value()));
    if (const auto told = told_class(code)) return *told;
    if (code.category() == model::category()) return {"bad_request", exit_code::usage};
    return {"local_file", exit_code::usage};  // what is left are the system's own words about a local file
}

}  // namespace gangway::cli
