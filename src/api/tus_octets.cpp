// The octets of a POST or PATCH of a resumable upload, on their way to the server.
#include "on_session.hpp"
#include "tus_call.hpp"
#include "tus_headers.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/net/resumable_upload.hpp>

#include <optional>
#include <utility>

namespace gangway::api {
namespace {

/// A body of at most `room` octets, and its digest.
class counted_body final : public net::octet_source {
  public:
    counted_body(request_body& body, std::uint64_t room, const std::optional<upload_checksum>& expected)
        : body_(body), room_(room) {
        if (expected) hasher_.emplace(expected->algorithm);
    }
    net::async_result<std::string_view> read() override {
        const auto piece = co_await body_.read();
        if (!piece) co_return piece;
        if (piece->size() > room_) {
            too_long_ = true;
            co_return refuse(errc::payload_too_large, "There are more octets than the upload's length leaves room for");
        }
        room_ -= piece->size();
        if (hasher_) hasher_->update(*piece);
        co_return piece;
    }
    [[nodiscard]] bool too_long() const noexcept { return too_long_; }
    [[nodiscard]] std::string digest() { return hasher_->finish(); }

  private:
    request_body& body_;
    std::uint64_t room_;
    std::optional<crypto::hasher> hasher_{};
    bool too_long_ = false;
};

/// Runs on the session. Nothing that the client sent is lost when it goes away: what was acknowledged is noted.
class reception {
  public:
    reception(stored_upload& upload, request_body& body, std::optional<upload_checksum> expected)
        : upload_(upload), body_(body), expected_(std::move(expected)) {}

    net::async_result<bool> operator()(std::unique_ptr<remote::lease> lease) {
        const auto offset = upload_.offset.load();
        auto received = co_await receive(lease->client(), offset);
        if (!received) co_return std::unexpected(std::move(received.error()));
        const auto reached = offset + *received;
        if (reached != upload_.length) {
            upload_.offset = reached;
            co_return true;
        }
        // A client that is told that all octets are there takes the file for done: the last one counts only then.
        upload_.offset = reached - (reached > offset ? 1 : 0);
        auto published = co_await net::publish_upload(lease->client(), upload_.target, reached);
        if (!published) co_return std::unexpected(std::move(published.error()));
        upload_.published = true;
        upload_.offset = reached;
        co_return true;
    }

  private:
    /// How many octets came; what counts of those that came before a failure is noted already.
    net::async_result<std::uint64_t> receive(net::sftp_client& client, std::uint64_t offset) {
        if (body_.announced() == 0) co_return std::uint64_t{0};
        const auto length = upload_.length.load();
        counted_body source{body_, (length == stored_upload::unknown ? tus_max_size : length) - offset, expected_};
        auto progress = co_await net::continue_upload(client, upload_.target, offset, source);
        if (progress.failure) {
            // With a checksum all of it counts or nothing; so it is with more than was promised.
            if (!expected_ && !source.too_long()) note(offset + progress.octets);
            if (progress.failure->code == std::errc::operation_canceled)
                co_return refuse(errc::client_gone, "the client went away");
            co_return std::unexpected(*std::move(progress.failure));
        }
        if (expected_ && source.digest() != expected_->digest)
            co_return refuse(errc::checksum_mismatch, "The octets are not those that Upload-Checksum is about");
        co_return progress.octets;
    }
    void note(std::uint64_t reached) {
        // See above: never all of it before the file is published.
        upload_.offset = reached == upload_.length && reached > upload_.offset ? reached - 1 : reached;
    }

    stored_upload& upload_;
    request_body& body_;
    std::optional<upload_checksum> expected_;
};

base::result<std::optional<upload_checksum>> wanted_checksum(const resource_request& request) {
    const auto header = single_field(request, "Upload-Checksum");
    if (!header) return std::unexpected(header.error());
    if (!*header) return std::nullopt;
    auto parsed = parse_upload_checksum(**header);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return *std::move(parsed);
}

base::result<void> fits(const stored_upload& upload, const request_body& body) {
    const auto length = upload.length.load();
    const auto room = (length == stored_upload::unknown ? tus_max_size : length) - upload.offset;
    if (body.announced().value_or(0) <= room) return {};
    return refuse(errc::payload_too_large, "There are more octets than the upload's length leaves room for");
}

}  // namespace

base::result<void> check_octets_type(const resource_request& request) {
    const auto type = single_field(request, "Content-Type");
    if (!type) return std::unexpected(type.error());
    if (*type && equal_ignoring_case(**type, tus_content_type)) return {};
    return refuse(errc::unsupported_media_type,
                  "The body must be octets of the file: send Content-Type: " + std::string{tus_content_type});
}

net::async_result<void> take_octets(tus_call& call, std::shared_ptr<stored_upload> upload, request_body& body) {
    auto expected = wanted_checksum(call.request);
    if (!expected) co_return std::unexpected(std::move(expected.error()));
    if (auto room = fits(*upload, body); !room) co_return room;
    if (body.announced() == 0 && !upload->complete()) co_return base::result<void>{};
    reception work{*upload, body, *std::move(expected)};
    auto done = co_await on_session<bool>(call.with.servers, call.where(), call.report, work, repeat::never);
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return base::result<void>{};
}

}  // namespace gangway::api
