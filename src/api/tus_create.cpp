// POST of a resumable upload.
#include "on_session.hpp"
#include "tus_call.hpp"
#include "tus_headers.hpp"
#include "upload_cleaner.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/net/resumable_upload.hpp>
#include <gangway/net/temporary_file.hpp>
#include <gangway/remote/path_root.hpp>

#include <utility>

namespace gangway::api {
namespace {

struct beginning {
    const net::upload_target& target;

    net::async_result<bool> operator()(std::unique_ptr<remote::lease> lease) const {
        const auto begun = co_await net::begin_upload(lease->client(), target);
        if (!begun) co_return std::unexpected(begun.error());
        co_return true;
    }
};

/// The length that is announced now or will be later.
base::result<std::uint64_t> announced_length(const resource_request& request) {
    if (request.field("Upload-Concat"))
        return refuse(errc::bad_request, "Uploads cannot be put together from others: Upload-Concat is not offered");
    const auto length = size_field(request, "Upload-Length");
    if (!length) return std::unexpected(length.error());
    const auto later = single_field(request, "Upload-Defer-Length");
    if (!later) return std::unexpected(later.error());
    if (length->has_value() == later->has_value())
        return refuse(errc::bad_request, "Either Upload-Length or Upload-Defer-Length is needed");
    if (*later && **later != "1") return refuse(errc::bad_request, "Upload-Defer-Length can only be 1");
    return length->value_or(stored_upload::unknown);
}

/// The call is about the upload's path from here on.
base::result<std::shared_ptr<stored_upload>> decode_upload_request(tus_call& call) {
    const auto length = announced_length(call.request);
    if (!length) return std::unexpected(length.error());
    const auto header = single_field(call.request, "Upload-Metadata");
    if (!header) return std::unexpected(header.error());
    auto metadata = parse_upload_metadata(header->value_or(std::string_view{}));
    if (!metadata) return std::unexpected(std::move(metadata.error()));
    auto inside = remote::confine(call.session->where.path_root, metadata->path, "path");
    if (!inside) return std::unexpected(std::move(inside.error()));
    metadata->path = *std::move(inside);
    call.paths = {metadata->path};
    auto temporary = net::temporary_name_beside(metadata->path);
    if (!temporary) return std::unexpected(std::move(temporary.error()));
    auto upload =
        std::make_shared<stored_upload>(call.session,
                                        net::upload_target{std::move(metadata->path), *std::move(temporary),
                                                           metadata->mode, metadata->overwrite, metadata->parents},
                                        std::string{header->value_or(std::string_view{})});
    upload->length = *length;
    return upload;
}

/// Takes the first octets, where the request brings them, and publishes a file that has none. Only what leaves nothing
/// to go on with is an error: after others the client goes on from where it got.
net::async_result<void> take_first_octets(tus_call& call, const std::shared_ptr<stored_upload>& upload,
                                          request_body& body) {
    const auto lock = upload_lock::take(upload);
    auto taken = co_await take_octets(call, upload, body);
    const bool useless =
        !taken && (upload->length == std::uint64_t{0} || taken.error().code == errc::checksum_mismatch ||
                   taken.error().code == errc::payload_too_large || taken.error().code == errc::bad_request);
    if (useless) co_return taken;
    co_return base::result<void>{};
}

}  // namespace

net::async_result<answer> create_upload(tus_call& call, request_body& body) {
    const auto upload = decode_upload_request(call);
    if (!upload) co_return std::unexpected(upload.error());
    const bool with_octets = body.announced() != 0;
    if (with_octets)
        if (auto right = check_octets_type(call.request); !right) co_return std::unexpected(std::move(right.error()));
    auto& uploads = call.with.uploads;
    if (auto room = uploads.has_room(*call.session); !room) co_return std::unexpected(std::move(room.error()));

    beginning work{(*upload)->target};
    const auto begun = co_await on_session<bool>(call.with.servers, call.where(), call.report, work, repeat::never);
    if (!begun) co_return std::unexpected(begun.error());
    auto id = uploads.add(*upload);
    auto taken = id ? co_await take_first_octets(call, *upload, body) : std::unexpected(std::move(id.error()));
    if (!taken) {
        if (id) uploads.remove(*id);
        static_cast<void>(co_await discard_upload(call.with.servers, *upload));
        co_return std::unexpected(std::move(taken.error()));
    }
    answer made{.status = 201, .headers = {{"Location", "/api/v1/sessions/" + call.request.id + "/uploads/" + *id}}};
    tell_progress(made, call, **upload);
    co_return made;
}

}  // namespace gangway::api
