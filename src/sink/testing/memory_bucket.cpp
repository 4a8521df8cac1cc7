#include "memory_bucket.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gangway::sink {
namespace {

constexpr std::string_view root = "http://storage.test/bucket/";

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
        i += 2;
    }
    return out;
}

std::map<std::string, std::string> query_of(std::string_view text) {
    std::map<std::string, std::string> fields;
    while (!text.empty()) {
        const auto field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(field.size() + 1, text.size()));
        const auto equals = field.find('=');
        fields[decoded(field.substr(0, equals))] = decoded(field.substr(equals + 1));
    }
    return fields;
}

http_answer success(std::string body = {}) {
    return {.status = 200, .body = std::move(body)};
}

}  // namespace

http_answer refusal(int status, std::string_view code) {
    return {.status = status,
            .body = fmt::format("<Error><Code>{}</Code><Message>as the test wants</Message></Error>", code)};
}

base::result<http_answer> no_answer() {
    return base::fail(errc::unavailable, base::phase::storage, "no answer");
}

base::result<http_answer> memory_bucket::perform(const http_request& request) {
    log.push_back(request.method + " " + request.url.substr(std::string_view{"http://storage.test"}.size()));
    if (before)
        if (auto instead = before(request)) return *instead;
    auto given = answer(request);
    if (after)
        if (auto instead = after(request)) return *instead;
    if (request.on_body && given.status == 200) request.on_body(std::exchange(given.body, {}));
    if (request.method == "HEAD") given.body.clear();
    return given;
}

http_answer memory_bucket::answer(const http_request& request) {
    std::string_view path = request.url;
    if (!path.starts_with(root)) return refusal(404, "NoSuchBucket");
    path.remove_prefix(root.size());
    const auto mark = std::min(path.find('?'), path.size());
    const auto key = decoded(path.substr(0, mark));
    auto query = query_of(path.substr(std::min(mark + 1, path.size())));
    const std::map<std::string, std::string> headers{request.headers.begin(), request.headers.end()};
    const bool conditional = honours_conditions && headers.contains("If-None-Match");

    if (query.contains("partNumber")) {
        const auto upload = uploads.find(query["uploadId"]);
        if (upload == uploads.end()) return refusal(404, "NoSuchUpload");
        upload->second.parts[std::stoi(query["partNumber"])] = request.body;
        return {.status = 200, .headers = {{"etag", "\"" + query["uploadId"] + "." + query["partNumber"] + "\""}}};
    }
    if (query.contains("uploadId")) {
        const auto& id = query["uploadId"];
        if (!uploads.contains(id)) return refusal(404, "NoSuchUpload");
        if (request.method == "DELETE") return uploads.erase(id), http_answer{.status = 204};
        if (request.method == "GET") return list_parts(id, std::stoul(query["part-number-marker"]));
        return complete(id, request, conditional);
    }
    if (query.contains("uploads")) {
        if (request.method == "GET") return list_uploads(query["prefix"], query["upload-id-marker"]);
        const auto id = fmt::format("upload-{:03}", next_upload_++);
        uploads[id] = {.key = key, .headers = headers};
        return success(
            fmt::format("<InitiateMultipartUploadResult><UploadId>{}</UploadId></InitiateMultipartUploadResult>", id));
    }
    if (request.method == "PUT") return store(key, std::string{request.body}, headers, conditional);
    const auto found = objects.find(key);
    if (found == objects.end()) return refusal(404, "NoSuchKey");
    auto given = success(found->second.content);
    given.headers = found->second.headers;
    given.headers["content-length"] = std::to_string(found->second.content.size());
    return given;
}

http_answer memory_bucket::store(const std::string& key, std::string content,
                                 std::map<std::string, std::string> headers, bool conditional) {
    if (conditional && objects.contains(key)) return refusal(412, "PreconditionFailed");
    objects[key] = {std::move(content), std::move(headers)};
    return success();
}

http_answer memory_bucket::complete(const std::string& id, const http_request& request, bool conditional) {
    auto& upload = uploads[id];
    std::string content;
    for (const auto& [number, part] : upload.parts) {
        if (!request.body.contains(fmt::format("<PartNumber>{0}</PartNumber><ETag>\"{1}.{0}\"</ETag>", number, id)))
            return refusal(400, "InvalidPart");
        content += part;
    }
    auto given = store(upload.key, std::move(content), upload.headers, conditional);
    if (given.status != 200) return given;
    uploads.erase(id);
    return success("<CompleteMultipartUploadResult/>");
}

http_answer memory_bucket::list_parts(const std::string& id, std::size_t marker) const {
    std::string body = "<ListPartsResult>";
    std::size_t listed = 0;
    bool more = false;
    for (const auto& [number, part] : uploads.at(id).parts) {
        if (static_cast<std::size_t>(number) <= marker) continue;
        more = listed++ == page;
        if (more) break;
        body += fmt::format("<Part><PartNumber>{0}</PartNumber><ETag>&quot;{1}.{0}&quot;</ETag></Part>", number, id);
    }
    return success(body + fmt::format("<IsTruncated>{}</IsTruncated></ListPartsResult>", more));
}

http_answer memory_bucket::list_uploads(const std::string& prefix, const std::string& marker) const {
    std::string body = "<ListMultipartUploadsResult>", last;
    std::size_t listed = 0;
    bool more = false;
    for (const auto& [id, upload] : uploads) {
        if (id <= marker || !upload.key.starts_with(prefix)) continue;
        more = listed++ == page;
        if (more) break;
        body += fmt::format("<Upload><Key>{}</Key><UploadId>{}</UploadId><Initiated>{}</Initiated></Upload>",
                            upload.key, id, upload.begun);
        last = id;
    }
    return success(body + fmt::format("<NextKeyMarker>x</NextKeyMarker><NextUploadIdMarker>{}</NextUploadIdMarker>"
                                      "<IsTruncated>{}</IsTruncated></ListMultipartUploadsResult>",
                                      last, more));
}

}  // namespace gangway::sink
