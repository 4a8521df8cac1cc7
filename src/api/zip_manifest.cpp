#include "zip_manifest.hpp"

#include "octet_fields.hpp"

#include <gangway/api/answer.hpp>

namespace gangway::api {

void zip_manifest::skipped(std::string_view path, const sftp::attributes& attributes) {
    if (++skips_ <= listed) skipped_.emplace_back(path, attributes.is_symlink());
}

void zip_manifest::failed(std::string_view path, const base::error& why) {
    if (++failures_ <= listed) failed_.push_back({std::string{path}, why.message, classify(why.code).code});
}

std::string zip_manifest::text() const {
    std::string body;
    json_writer json{body};
    json.begin_object();
    write_octets(json, "path", folder_);
    json.flag("complete", failures_ == 0);
    json.number("files", files_);
    json.number("folders", folders_);
    json.number("bytes", octets_);
    json.begin_array("failed");
    for (const auto& [path, message, code] : failed_) {
        json.begin_object();
        write_octets(json, "path", path);
        json.octets("error", message);
        json.text("code", code);
        json.end_object();
    }
    json.end_array();
    json.number("failedCount", failures_);
    json.begin_array("skipped");
    for (const auto& [path, is_symlink] : skipped_) {
        json.begin_object();
        write_octets(json, "path", path);
        json.flag("isSymlink", is_symlink);
        json.end_object();
    }
    json.end_array();
    json.number("skippedCount", skips_);
    json.end_object();
    return body;
}

}  // namespace gangway::api
