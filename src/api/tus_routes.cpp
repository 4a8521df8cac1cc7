// /api/v1/sessions/{id}/uploads: resumable uploads (tus resumable upload protocol 1.0.0).
#include "on_session.hpp"
#include "routes.hpp"
#include "tus_call.hpp"
#include "tus_headers.hpp"
#include "upload_cleaner.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/net/resumable_upload.hpp>

#include <fmt/chrono.h>

#include <utility>

namespace gangway::api {
namespace {

struct looking {
    stored_upload& upload;

    net::async_result<bool> operator()(std::unique_ptr<remote::lease> lease) const {
        const auto there = co_await net::look_at_upload(lease->client(), upload.target, upload.offset);
        if (!there) co_return std::unexpected(there.error());
        upload.offset = *there;
        co_return true;
    }
};

std::unexpected<base::error> is_locked() {
    return refuse(errc::locked, "Another request writes to this upload; try again when it is done");
}

/// The file that was begun is not on the server any more.
base::error lost() {
    return refusal(errc::gone, "What was uploaded so far is no longer on the server; begin anew");
}

/// Where the client goes on must be where the server stands, or its file would have a hole.
base::result<void> check_offset(const tus_call& call, const stored_upload& upload) {
    const auto offset = size_field(call.request, "Upload-Offset");
    if (!offset) return std::unexpected(offset.error());
    if (!*offset) return refuse(errc::bad_request, "Upload-Offset is missing");
    if (**offset == upload.offset) return {};
    return std::unexpected(refusal(errc::conflict, "The upload has another offset: ask for it, and go on from there")
                               .with("offset", std::to_string(upload.offset)));
}

/// Takes over a length that was left for later.
base::result<void> set_length(const tus_call& call, stored_upload& upload) {
    const auto length = size_field(call.request, "Upload-Length");
    if (!length) return std::unexpected(length.error());
    if (!*length || **length == upload.length) return {};
    if (upload.length != stored_upload::unknown || **length < upload.offset)
        return refuse(errc::bad_request, "Upload-Length is another one than before, or less than what is there");
    upload.length = **length;
    return {};
}

answer options_answer() {
    return {.status = 204,
            .headers = {{"Tus-Version", std::string{tus_version}},
                        {"Tus-Extension", std::string{tus_extensions}},
                        {"Tus-Max-Size", std::to_string(tus_max_size)},
                        {"Tus-Checksum-Algorithm", std::string{tus_checksum_algorithms}}}};
}

answer wrong_version() {
    auto refused =
        error_answer(refusal(errc::precondition_failed, fmt::format("Tus-Resumable: {} is needed", tus_version)));
    refused.headers.push_back({"Tus-Version", std::string{tus_version}});
    return refused;
}

using handler = net::async_result<answer> (*)(tus_call& call, request_body& body);

/// What all of these routes have in common.
net::awaitable<answer> serve_tus(services& with, resource_request request, request_body& body, handler handle) {
    answer result;
    if (request.method == "OPTIONS") {
        result = options_answer();
    } else if (request.field("Tus-Resumable") != tus_version) {
        result = wrong_version();
    } else if (auto session = with.sessions.find(request.id); !session) {
        result = error_answer(no_such_session());
    } else {
        tus_call call{with, std::move(session), std::move(request)};
        auto done = co_await handle(call, body);
        result = done ? *std::move(done) : error_answer(done.error());
        if (call.report.host_key) result.headers.push_back({"Gangway-Host-Key", call.report.host_key->text()});
        result.host = call.session->where.server.text();
    }
    result.headers.push_back({"Tus-Resumable", std::string{tus_version}});
    co_return result;
}

/// Some clients can only send GET and POST, and put the method meant into a header.
net::async_result<answer> dispatch(tus_call& call, request_body& body) {
    auto method = call.request.method;
    if (method == "POST") method = call.request.field("X-HTTP-Method-Override").value_or("POST");
    if (method == "HEAD") co_return co_await look_at_upload(call);
    if (method == "PATCH") co_return co_await patch_upload(call, body);
    if (method == "DELETE") co_return co_await end_upload(call);
    co_return std::unexpected(
        refusal(errc::method_not_allowed, "An upload that exists answers to HEAD, PATCH and DELETE")
            .with("allow", "OPTIONS, HEAD, PATCH, DELETE"));
}

}  // namespace

base::result<std::shared_ptr<stored_upload>> named_upload(tus_call& call) {
    if (auto upload = call.with.uploads.find(call.request.rest, *call.session)) {
        call.paths = {upload->target.path};
        return upload;
    }
    return refuse(errc::not_found, "There is no such upload: it was ended, or not used for too long");
}

void tell_progress(answer& to, const tus_call& call, const stored_upload& upload) {
    to.headers.push_back({"Upload-Offset", std::to_string(upload.offset)});
    // RFC 9110 section 5.6.7
    to.headers.push_back(
        {"Upload-Expires", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(call.with.uploads.kept_until()))});
}

net::async_result<answer> look_at_upload(tus_call& call) {
    const auto upload = named_upload(call);
    if (!upload) co_return std::unexpected(upload.error());
    // While another request writes, what the server acknowledged before it is all that is certain.
    const auto lock = upload_lock::take(*upload);
    if (lock && !(*upload)->published) {
        looking work{**upload};
        const auto looked =
            co_await on_session<bool>(call.with.servers, call.where(), call.report, work, repeat::if_only_looking);
        if (!looked && looked.error().code == sftp::errc::no_such_file) {
            call.with.uploads.remove(call.request.rest);
            co_return std::unexpected(lost());
        }
        if (!looked) co_return std::unexpected(looked.error());
    }
    answer made;
    tell_progress(made, call, **upload);
    if (const auto length = (*upload)->length.load(); length == stored_upload::unknown)
        made.headers.push_back({"Upload-Defer-Length", "1"});
    else
        made.headers.push_back({"Upload-Length", std::to_string(length)});
    if (!(*upload)->metadata.empty()) made.headers.push_back({"Upload-Metadata", (*upload)->metadata});
    co_return made;
}

net::async_result<answer> patch_upload(tus_call& call, request_body& body) {
    const auto upload = named_upload(call);
    if (!upload) co_return std::unexpected(upload.error());
    if (auto right = check_octets_type(call.request); !right) co_return std::unexpected(std::move(right.error()));
    const auto lock = upload_lock::take(*upload);
    if (!lock) co_return is_locked();
    if (auto here = check_offset(call, **upload); !here) co_return std::unexpected(std::move(here.error()));
    const auto length_before = (*upload)->length.load();
    if (auto set = set_length(call, **upload); !set) co_return std::unexpected(std::move(set.error()));
    if (!(*upload)->published) {
        auto taken = co_await take_octets(call, *upload, body);
        if (!taken && (*upload)->complete()) (*upload)->length = length_before;
        if (!taken && taken.error().code == sftp::errc::no_such_file) taken = std::unexpected(lost());
        if (!taken) co_return std::unexpected(std::move(taken.error()));
    }
    answer made{.status = 204};
    tell_progress(made, call, **upload);
    co_return made;
}

net::async_result<answer> end_upload(tus_call& call) {
    const auto upload = named_upload(call);
    if (!upload) co_return std::unexpected(upload.error());
    const auto lock = upload_lock::take(*upload);
    if (!lock) co_return is_locked();
    auto gone = co_await discard_upload(call.with.servers, *upload);
    if (!gone) co_return std::unexpected(std::move(gone.error()));
    call.with.uploads.remove(call.request.rest);
    co_return answer{.status = 204};
}

net::awaitable<answer> serve_uploads(services& with, resource_request request, request_body& body) {
    return serve_tus(with, std::move(request), body, create_upload);
}

net::awaitable<answer> serve_upload(services& with, resource_request request, request_body& body) {
    return serve_tus(with, std::move(request), body, dispatch);
}

}  // namespace gangway::api
