#include "s3_client.hpp"

#include "hexadecimal.hpp"
#include "s3_failure.hpp"
#include "xml.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/model/backoff.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace gangway::sink {
namespace {

constexpr unsigned most_tries = 5;
constexpr model::backoff waits{std::chrono::milliseconds{200}, std::chrono::milliseconds{5000}};
constexpr std::size_t most_parts = 10'000;
constexpr std::size_t most_uploads = 100'000;
constexpr int not_allowed = 405, not_implemented = 501;
constexpr std::size_t longest_id = 1024;  ///< of uploads, and of ETags

bool succeeded(const http_answer& answer) noexcept {
    return answer.status / 100 == 2;
}

std::unexpected<base::error> bad_answer(std::string_view what) {
    return base::fail(errc::bad_answer, base::phase::storage, fmt::format("the storage answered without {}", what));
}

std::unexpected<base::error> failure_of(const http_answer& answer) {
    return std::unexpected(read_failure(answer).error);
}

/// Visible ASCII, and not much of it: it goes into headers, URLs and the ledger.
bool is_token(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_id &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

http_request request_of(std::string method, std::string url, std::string_view body = {}) {
    http_request made{.method = std::move(method), .url = std::move(url), .body = body};
    made.headers.emplace_back("x-amz-content-sha256", hexadecimal(crypto::sha256(body)));
    if (made.method == "PUT" || made.method == "POST")
        made.headers.emplace_back("Content-Type", "application/octet-stream");
    return made;
}

void add_marks(http_request& request, const s3_marks& marks) {
    request.headers.emplace_back("x-amz-meta-gangway-claim", marks.claim);
    if (!marks.sha256.empty()) request.headers.emplace_back("x-amz-meta-gangway-sha256", marks.sha256);
}

/// The root of an answer of 200, which must have that name.
base::result<xml_element> body_of(const http_answer& answer, std::string_view root) {
    auto body = parse_xml(answer.body);
    if (!body) return std::unexpected(std::move(body.error()));
    if (body->name != root) return failure_of(answer);
    return body;
}

std::string complete_body(const std::vector<std::string>& etags) {
    std::string body = "<CompleteMultipartUpload>";
    for (std::size_t i = 0; i < etags.size(); ++i) {
        std::string etag;
        for (const char c : etags[i])
            c == '&' ? etag += "&amp;" : c == '<' ? etag += "&lt;" : c == '>' ? etag += "&gt;" : etag += c;
        body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1, etag);
    }
    return body + "</CompleteMultipartUpload>";
}

}  // namespace

base::result<http_answer> s3_client::send_once(const http_request& request, bool& again) {
    auto answer = transport_.perform(request);
    if (!answer) {
        again = answer.error().code == errc::unavailable;
        return answer;
    }
    again = !succeeded(*answer) && read_failure(*answer).again;
    return answer;
}

base::result<http_answer> s3_client::send(const http_request& request) {
    for (unsigned tries = 1;; ++tries) {
        bool again = false;
        auto answer = send_once(request, again);
        if (!again || tries == most_tries) return answer;
        if (!pause_.wait(waits.wait(tries, model::seed_of(request.url))))
            return base::fail(errc::cancelled, base::phase::storage, "stopped");
    }
}

base::result<std::optional<s3_object>> s3_client::look(std::string_view key) {
    const auto answer = send(request_of("HEAD", s3_url(settings_, key)));
    if (!answer) return std::unexpected(answer.error());
    // The answer to HEAD has no body that could say NoSuchBucket.
    if (answer->status == 404) return std::nullopt;
    if (!succeeded(*answer)) return failure_of(*answer);
    s3_object found{.claim = std::string{answer->header("x-amz-meta-gangway-claim")},
                    .sha256 = std::string{answer->header("x-amz-meta-gangway-sha256")}};
    const auto length = answer->header("content-length");
    const char* const end = length.data() + length.size();
    if (const auto [stop, failure] = std::from_chars(length.data(), end, found.size);
        failure != std::errc{} || stop != end || length.empty())
        return bad_answer("a length");
    return found;
}

base::result<std::optional<std::string>> s3_client::hash(std::string_view key) {
    crypto::sha256_hasher hasher;
    auto request = request_of("GET", s3_url(settings_, key));
    request.on_body = [&](std::string_view octets) { hasher.update(octets); };
    // Not tried again: what a first try has hashed cannot be taken back.
    bool again = false;
    const auto answer = send_once(request, again);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 404 && read_failure(*answer).code != "NoSuchBucket") return std::nullopt;
    if (!succeeded(*answer)) return failure_of(*answer);
    return hasher.finish();
}

base::result<s3_outcome> s3_client::put(std::string_view key, std::string_view content, const s3_marks& marks) {
    auto request = request_of("PUT", s3_url(settings_, key), content);
    request.headers.emplace_back("x-amz-checksum-sha256", base::to_base64(crypto::sha256(content)));
    add_marks(request, marks);
    if (settings_.conditional_writes) request.headers.emplace_back("If-None-Match", "*");
    const auto answer = send(request);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 412) return s3_outcome::exists;
    if (!succeeded(*answer)) return failure_of(*answer);
    return s3_outcome::done;
}

base::result<std::string> s3_client::begin_upload(std::string_view key, const s3_marks& marks) {
    auto request = request_of("POST", s3_url(settings_, key, {{"uploads", ""}}));
    add_marks(request, marks);
    const auto answer = send(request);
    if (!answer) return std::unexpected(answer.error());
    if (!succeeded(*answer)) return failure_of(*answer);
    const auto body = body_of(*answer, "InitiateMultipartUploadResult");
    if (!body) return std::unexpected(body.error());
    std::string id{body->text_of("UploadId")};
    if (!is_token(id)) return bad_answer("the id of an upload");
    return id;
}

base::result<std::string> s3_client::put_part(std::string_view key, std::string_view upload, std::size_t number,
                                              std::string_view content) {
    const s3_query query{{"partNumber", std::to_string(number)}, {"uploadId", std::string{upload}}};
    const auto answer = send(request_of("PUT", s3_url(settings_, key, query), content));
    if (!answer) return std::unexpected(answer.error());
    if (!succeeded(*answer)) return failure_of(*answer);
    std::string etag{answer->header("etag")};
    if (!is_token(etag)) return bad_answer("the ETag of a part");
    return etag;
}

base::result<s3_outcome> s3_client::complete(std::string_view key, std::string_view upload,
                                             const std::vector<std::string>& etags) {
    const auto body = complete_body(etags);
    auto request = request_of("POST", s3_url(settings_, key, {{"uploadId", std::string{upload}}}), body);
    if (settings_.conditional_writes) request.headers.emplace_back("If-None-Match", "*");
    const auto answer = send(request);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 412) return s3_outcome::exists;
    if (answer->status == 404 && read_failure(*answer).code == "NoSuchUpload") return s3_outcome::not_there;
    if (!succeeded(*answer)) return failure_of(*answer);
    // The head of this answer may have been sent before the outcome was known.
    if (const auto result = body_of(*answer, "CompleteMultipartUploadResult"); !result)
        return std::unexpected(result.error());
    return s3_outcome::done;
}

base::result<void> s3_client::abort(std::string_view key, std::string_view upload) {
    const auto answer = send(request_of("DELETE", s3_url(settings_, key, {{"uploadId", std::string{upload}}})));
    if (!answer) return std::unexpected(answer.error());
    if (succeeded(*answer) || read_failure(*answer).code == "NoSuchUpload") return {};
    return failure_of(*answer);
}

base::result<std::optional<std::vector<std::string>>> s3_client::parts(std::string_view key, std::string_view upload) {
    std::vector<std::string> etags;
    while (true) {
        const s3_query query{{"part-number-marker", std::to_string(etags.size())}, {"uploadId", std::string{upload}}};
        const auto answer = send(request_of("GET", s3_url(settings_, key, query)));
        if (!answer) return std::unexpected(answer.error());
        if (read_failure(*answer).code == "NoSuchUpload") return std::nullopt;
        if (answer->status == not_allowed || answer->status == not_implemented) return std::vector<std::string>{};
        if (!succeeded(*answer)) return failure_of(*answer);
        const auto body = body_of(*answer, "ListPartsResult");
        if (!body) return std::unexpected(body.error());
        const auto before = etags.size();
        for (const auto& element : body->children) {
            if (element.name != "Part") continue;
            // Parts are asked for in order, from the one behind those that are known.
            if (element.text_of("PartNumber") != std::to_string(etags.size() + 1) || !is_token(element.text_of("ETag")))
                return bad_answer("the parts in order");
            etags.emplace_back(element.text_of("ETag"));
        }
        if (body->text_of("IsTruncated") != "true") return etags;
        if (etags.size() == before || etags.size() > most_parts) return bad_answer("an end");
    }
}

base::result<std::vector<s3_upload>> s3_client::uploads() {
    std::vector<s3_upload> found;
    s3_query marker;
    while (true) {
        s3_query query{{"uploads", ""}, {"prefix", settings_.prefix}};
        query.insert(query.end(), marker.begin(), marker.end());
        const auto answer = send(request_of("GET", s3_url(settings_, {}, query)));
        if (!answer) return std::unexpected(answer.error());
        if (!succeeded(*answer)) return failure_of(*answer);
        const auto body = body_of(*answer, "ListMultipartUploadsResult");
        if (!body) return std::unexpected(body.error());
        for (const auto& element : body->children)
            if (element.name == "Upload")
                found.push_back({std::string{element.text_of("Key")}, std::string{element.text_of("UploadId")},
                                 std::string{element.text_of("Initiated")}});
        if (body->text_of("IsTruncated") != "true") return found;
        const s3_query next{{"key-marker", std::string{body->text_of("NextKeyMarker")}},
                            {"upload-id-marker", std::string{body->text_of("NextUploadIdMarker")}}};
        if (next == marker || found.size() > most_uploads) return bad_answer("an end");
        marker = next;
    }
}

}  // namespace gangway::sink
