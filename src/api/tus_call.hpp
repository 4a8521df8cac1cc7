#pragma once
/// One request about resumable uploads.

#include "upload_store.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/one_shot_request.hpp>
#include <gangway/api/resource_request.hpp>
#include <gangway/api/services.hpp>
#include <gangway/api/streams.hpp>
#include <gangway/net/dial.hpp>
#include <gangway/remote/session_store.hpp>

#include <memory>
#include <string>
#include <vector>

namespace gangway::api {

/// Lives as long as its handler runs.
struct tus_call {
    services& with;
    std::shared_ptr<const remote::stored_session> session;
    resource_request request;
    std::vector<model::remote_path> paths{};  ///< what it is about
    net::dial_report report{};

    /// Where to lease a session for this call.
    [[nodiscard]] remote::target where() const {
        auto same = clone(session->where);
        same.on_behalf_of = request.client;
        same.paths = paths;
        return same;
    }
};

/// POST: a new upload, perhaps with its first octets.
[[nodiscard]] net::async_result<answer> create_upload(tus_call& call, request_body& body);
/// PATCH: more octets. What failed on the way counts as far as the server acknowledged it.
[[nodiscard]] net::async_result<answer> patch_upload(tus_call& call, request_body& body);
/// HEAD: how far it came.
[[nodiscard]] net::async_result<answer> look_at_upload(tus_call& call);
/// DELETE: what was sent so far is removed; a file that is whole stays.
[[nodiscard]] net::async_result<answer> end_upload(tus_call& call);

/// Error: `unsupported_media_type` for a body that does not say that it is octets of a file.
[[nodiscard]] base::result<void> check_octets_type(const resource_request& request);
/// Takes the body of a POST or PATCH into `upload`, whose lock the caller holds, and publishes the file when it is
/// whole. Errors beside those of the server: `payload_too_large`, `checksum_mismatch`. Before the file is published,
/// never all of its octets count.
[[nodiscard]] net::async_result<void> take_octets(tus_call& call, std::shared_ptr<stored_upload> upload,
                                                  request_body& body);

/// The upload that the URL names, which the call is then about. Error: `not_found`.
[[nodiscard]] base::result<std::shared_ptr<stored_upload>> named_upload(tus_call& call);
/// Adds Upload-Offset and Upload-Expires.
void tell_progress(answer& to, const tus_call& call, const stored_upload& upload);

}  // namespace gangway::api
