#include <gangway/api/answer.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sink/errors.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/vault/errors.hpp>

#include <charconv>

namespace gangway::api {
namespace {

constexpr error_class internal{500, "internal_error"};

// The switches have no default, so that a code without an entry does not compile.

error_class of(errc code) noexcept {
    switch (code) {
        case errc::bad_request:
            return {400, "bad_request"};
        case errc::unauthorized:
            return {401, "unauthorized"};
        case errc::forbidden_origin:
            return {403, "forbidden_origin"};
        case errc::forbidden:
            return {403, "permission_denied"};
        case errc::not_found:
            return {404, "not_found"};
        case errc::method_not_allowed:
            return {405, "method_not_allowed"};
        case errc::request_timeout:
            return {408, "request_timeout"};
        case errc::already_exists:
            return {409, "already_exists"};
        case errc::conflict:
            return {409, "conflict"};
        case errc::gone:
            return {410, "gone"};
        case errc::locked:
            return {423, "locked"};
        case errc::checksum_mismatch:
            return {460, "checksum_mismatch"};
        case errc::precondition_failed:
            return {412, "precondition_failed"};
        case errc::payload_too_large:
            return {413, "payload_too_large"};
        case errc::uri_too_long:
            return {414, "uri_too_long"};
        case errc::unsupported_media_type:
            return {415, "unsupported_media_type"};
        case errc::range_not_satisfiable:
            return {416, "range_not_satisfiable"};
        case errc::expectation_failed:
            return {417, "expectation_failed"};
        case errc::too_many_requests:
            return {429, "too_many_requests"};
        case errc::headers_too_large:
            return {431, "headers_too_large"};
        case errc::client_gone:
            return {499, "client_gone"};
        case errc::internal_error:
            return internal;
    }
    return internal;
}

error_class of(model::errc code) noexcept {
    switch (code) {
        case model::errc::invalid_value:
            return {400, "bad_request"};
    }
    return internal;
}

error_class of(crypto::errc code) noexcept {
    switch (code) {
        case crypto::errc::bad_private_key:
        case crypto::errc::passphrase_missing:
        case crypto::errc::passphrase_wrong:
        case crypto::errc::unsupported_key:
        case crypto::errc::kdf_too_costly:
            return {400, "bad_private_key"};
        case crypto::errc::crypto_failure:
            return internal;
    }
    return internal;
}

error_class of(net::errc code) noexcept {
    switch (code) {
        case net::errc::host_blocked:
        case net::errc::cloudflare_blocked:
            return {403, "host_blocked"};
        case net::errc::auth_failed:
            return {403, "auth_failed"};
        case net::errc::host_key_mismatch:
            return {409, "host_key_mismatch"};
        case net::errc::host_key_unknown:
        case net::errc::remote_changed:
            return {409, "conflict"};
        case net::errc::listing_too_large:
            return {413, "payload_too_large"};
        case net::errc::host_key_store_failed:
            return {500, "storage_failed"};
        case net::errc::dns_failed:
            return {502, "dns_failed"};
        case net::errc::connection_refused:
        case net::errc::unreachable:
            return {502, "connection_refused"};
        case net::errc::connection_lost:
        case net::errc::channel_closed:
            return {502, "connection_lost"};
        case net::errc::not_ssh:
            return {502, "not_ssh"};
        case net::errc::handshake_failed:
            return {502, "handshake_failed"};
        case net::errc::subsystem_unavailable:
            return {502, "subsystem_unavailable"};
        case net::errc::incomplete_write:
            return {502, "failure"};
        case net::errc::timed_out:
            return {504, "timeout"};
    }
    return internal;
}

error_class of(sftp::errc code) noexcept {
    switch (code) {
        case sftp::errc::too_long:
        case sftp::errc::incomplete_attributes:
            return {400, "bad_request"};
        case sftp::errc::permission_denied:
            return {403, "permission_denied"};
        case sftp::errc::no_such_file:
            return {404, "no_such_file"};
        case sftp::errc::already_exists:
            return {409, "already_exists"};
        case sftp::errc::not_empty:
            return {409, "not_empty"};
        case sftp::errc::is_a_directory:
            return {409, "is_a_directory"};
        case sftp::errc::not_a_directory:
        case sftp::errc::remote_changed:
            return {409, "conflict"};
        case sftp::errc::op_unsupported:
        case sftp::errc::extension_missing:
            return {501, "op_unsupported"};
        case sftp::errc::end_of_file:
        case sftp::errc::failure:
        case sftp::errc::invalid_handle:
        case sftp::errc::no_space:
        case sftp::errc::other_status:
            return {502, "failure"};
        case sftp::errc::bad_message:
        case sftp::errc::protocol_error:
            return {502, "bad_message"};
        case sftp::errc::no_connection:
        case sftp::errc::connection_lost:
        case sftp::errc::closed:
            return {502, "connection_lost"};
        case sftp::errc::unsupported_version:
            return {502, "subsystem_unavailable"};
        case sftp::errc::busy:
            return internal;
    }
    return internal;
}

error_class of(remote::errc code) noexcept {
    switch (code) {
        case remote::errc::too_many_refusals:
        case remote::errc::too_many_sessions:
        case remote::errc::too_many_connections:
            return {429, "too_many_requests"};
        case remote::errc::no_such_connection:
            return {404, "not_found"};
        case remote::errc::connection_paused:
        case remote::errc::connection_changed:
        case remote::errc::no_credential:
            return {409, "conflict"};
        case remote::errc::outside_root:
            return {403, "permission_denied"};
    }
    return internal;
}

error_class of(store::errc code) noexcept {
    switch (code) {
        case store::errc::invalid_text:
            return {400, "bad_request"};
        case store::errc::conflict:
            return {409, "conflict"};
        case store::errc::read_only:
        case store::errc::damaged:
        case store::errc::newer_schema:
        case store::errc::foreign_schema:
        case store::errc::failure:
            return {500, "storage_failed"};
        case store::errc::busy:
        case store::errc::full:
        case store::errc::unavailable:
        case store::errc::outcome_unknown:
        case store::errc::overloaded:
            return {503, "storage_unavailable"};
    }
    return internal;
}

error_class of(vault::errc code) noexcept {
    switch (code) {
        case vault::errc::master_key_missing:
        case vault::errc::wrong_master_key:
        case vault::errc::bad_key_file:
        case vault::errc::bad_secret:
            return {500, "storage_failed"};
        case vault::errc::busy:
            return {503, "storage_unavailable"};
    }
    return internal;
}

error_class of(sink::errc code) noexcept {
    switch (code) {
        case sink::errc::permission_denied:
        case sink::errc::destination_missing:
        case sink::errc::unsafe_destination:
        case sink::errc::conflict:
        case sink::errc::fenced_off:
        case sink::errc::cancelled:
            return {409, "conflict"};
        case sink::errc::too_large:
            return {413, "payload_too_large"};
        case sink::errc::read_only:
        case sink::errc::damaged:
        case sink::errc::bad_answer:
        case sink::errc::refused:
        case sink::errc::io_failure:
            return {500, "storage_failed"};
        case sink::errc::no_space:
        case sink::errc::unavailable:
            return {503, "storage_unavailable"};
    }
    return internal;
}

error_class of(transfer::errc code) noexcept {
    switch (code) {
        case transfer::errc::bad_rule:
            return {400, "bad_request"};
        case transfer::errc::no_such_folder:
        case transfer::errc::no_such_file:
            return {404, "not_found"};
        case transfer::errc::lease_lost:
        case transfer::errc::cancelled:
        case transfer::errc::source_changed:
        case transfer::errc::checksum_missing:
        case transfer::errc::checksum_mismatch:
        case transfer::errc::already_running:
            return {409, "conflict"};
        case transfer::errc::target_exists:
            return {409, "already_exists"};
        case transfer::errc::listing_too_big:
            return {413, "payload_too_large"};
    }
    return internal;
}

/// What this machine has too little of, whoever noticed.
bool is_shortage(const std::error_code& code) noexcept {
    using std::errc;
    return code == errc::too_many_files_open || code == errc::too_many_files_open_in_system ||
           code == errc::not_enough_memory || code == errc::no_buffer_space;
}

void write_fact(json_writer& json, const base::fact& fact) {
    std::uint64_t number = 0;
    const char* const end = fact.value.data() + fact.value.size();
    if (fact.name == "isCloudflare")
        json.flag(fact.name, true);
    else if ((fact.name == "retryAfter" || fact.name == "size") &&
             std::from_chars(fact.value.data(), end, number).ptr == end)
        json.number(fact.name, number);
    else
        json.octets(fact.name, fact.value);
}

}  // namespace

error_class classify(const std::error_code& code) noexcept {
    const int value = code.value();
    if (code.category() == api::category()) return of(static_cast<errc>(value));
    if (code.category() == model::category()) return of(static_cast<model::errc>(value));
    if (code.category() == crypto::category()) return of(static_cast<crypto::errc>(value));
    if (code.category() == sftp::error_category()) return of(static_cast<sftp::errc>(value));
    if (code.category() == net::category()) return of(static_cast<net::errc>(value));
    if (code.category() == store::category()) return of(static_cast<store::errc>(value));
    if (code.category() == vault::category()) return of(static_cast<vault::errc>(value));
    if (code.category() == sink::category()) return of(static_cast<sink::errc>(value));
    if (code.category() == transfer::category()) return of(static_cast<transfer::errc>(value));
    if (code.category() == remote::category()) return of(static_cast<remote::errc>(value));
    return is_shortage(code) ? error_class{503, "overloaded"} : internal;
}

answer error_answer(const base::error& why) {
    const auto [status, code] = classify(why.code);
    answer refused{.status = status, .code = std::string{code}};
    json_writer json{refused.body};
    json.begin_object();
    json.flag("success", false);
    json.octets("error", why.message);
    json.text("code", code);
    json.text("phase", base::to_string(why.where));
    for (const auto& fact : why.facts) {
        write_fact(json, fact);
        if (fact.name == "size") refused.headers.push_back({"Content-Range", "bytes */" + fact.value});
        if (fact.name == "allow") refused.headers.push_back({"Allow", fact.value});
        if (fact.name == "retryAfter") refused.headers.push_back({"Retry-After", fact.value});
    }
    json.end_object();
    if (status == 401) refused.headers.push_back({"WWW-Authenticate", "Bearer"});
    return refused;
}

}  // namespace gangway::api
