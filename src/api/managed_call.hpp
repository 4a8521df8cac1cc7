#pragma once
/// What all routes of managed things do alike.

#include <gangway/api/answer.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/api/fields.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/api/management.hpp>
#include <gangway/api/resource_request.hpp>
#include <gangway/api/services.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/api/wiped_octets.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/store/connections.hpp>
#include <gangway/store/values.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::api {

/// A request for a managed resource. Lives as long as its handler runs.
struct managed_call {
    management& with;
    const resource_request& request;
    request_body& body;
    client_limits* limits = nullptr;  ///< as of `services`
    wiped_octets octets{};            ///< what `read_fields` has read; the fields are views of it
};

using managed_handler = net::async_result<answer> (*)(managed_call& call);

/// Runs a handler; its error becomes the answer. 404 where nothing is managed.
[[nodiscard]] net::awaitable<answer> manage(services& with, resource_request request, request_body& body,
                                            managed_handler handler);

/// A connection, what it logs in with or whom it trusts was changed: its sessions end, and what waited for the change
/// is pulled at once.
void tell_changed(const managed_call& call, const std::string& connection);
/// The folders of a connection were changed.
void tell_pulls(const managed_call& call);
/// Around the removal of a folder, or of a connection (then no folder) with all of its folders: what is under way in
/// them ends, and is cleared up.
[[nodiscard]] net::awaitable<transfer::removal> prepare_removal(const managed_call& call, std::string connection,
                                                                std::string folder);
void tell_removed(const managed_call& call, transfer::removal what);
/// What `row` logs in to, or with, is changed in this transaction: how it fared before says nothing any more, and runs
/// that wait because of failures need not. A quarantine stays.
void forget_failures(store::transaction& tx, const store::connection& row);

/// To be asked before a connection to a server is made that is not leased from the sessions. Error:
/// `too_many_requests`.
[[nodiscard]] base::result<void> may_dial(const managed_call& call);

/// Whether objects and arrays in a body can be read.
enum class nested_fields : bool { ignored, kept };
/// The JSON object in the body, with none but these fields. Errors: `unsupported_media_type`, `payload_too_large`,
/// `bad_request`.
[[nodiscard]] net::async_result<fields> read_fields(managed_call& call, std::initializer_list<std::string_view> known,
                                                    nested_fields how = nested_fields::ignored);

/// What can be asked to pull. Error: `not_found` where nothing can.
[[nodiscard]] base::result<pulls*> pulling(const managed_call& call);
/// The page that the query asks for: `limit` (1 to 500, else 100) and `after`.
struct page {
    std::size_t limit = 100;
    std::string after{};
};
[[nodiscard]] base::result<page> read_page(const resource_request& request);
/// A query of pages with further fields: `limit` and `after` are taken out of it.
[[nodiscard]] page take_page(fields& from);

/// A new id, "con_" and 26 letters and digits: 128 random bits in the base32 of RFC 4648 section 6, in small letters.
[[nodiscard]] std::string new_id(std::string_view prefix);
/// 256 random bits in base64url after a prefix that says what they are, for those who look for leaked secrets.
[[nodiscard]] base::secret new_secret(std::string_view prefix);

/// The revision that If-Match names; nothing without the field, or with "*". Error: `precondition_failed`.
[[nodiscard]] base::result<std::optional<std::int64_t>> wanted_revision(const resource_request& request);
/// `"7"`.
[[nodiscard]] std::string etag_of(std::int64_t revision);

void write_date(json_writer& json, std::string_view name, store::timestamp when);
void write_date(json_writer& json, std::string_view name, const std::optional<store::timestamp>& when);

/// An object of texts, for the details of an audit entry.
[[nodiscard]] std::string details(std::initializer_list<std::pair<std::string_view, std::string_view>> facts);

/// A text of at most `longest` octets without control characters; `complain`s otherwise.
[[nodiscard]] std::optional<std::string> plain_text(fields& from, std::string_view name, std::size_t longest);

/// 404 for something that is not there.
[[nodiscard]] base::error not_there(std::string_view what);
/// What `store::changed` other than `done` means for the client.
[[nodiscard]] base::error not_changed(store::changed why, std::string_view what);

}  // namespace gangway::api
