// The answers of remove, copy and checksum.
#include "octet_fields.hpp"

#include <gangway/api/one_shot_answers.hpp>

#include <fmt/format.h>

#include <utility>

namespace gangway::api {
namespace {

constexpr std::string_view partly_removed = "partly_removed";

std::string hexadecimal(std::string_view octets) {
    std::string text;
    text.reserve(octets.size() * 2);
    for (const char octet : octets)
        fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(octet));
    return text;
}

void write_failures(json_writer& json, const net::tree_removal& removed) {
    json.begin_array("failed");
    for (const auto& [path, why] : removed.failed) {
        json.begin_object();
        write_octets(json, "path", path);
        json.octets("error", why.message);
        json.text("code", classify(why.code).code);
        json.end_object();
    }
    json.end_array();
    json.number("failedCount", removed.failures);
}

}  // namespace

answer removal_answer(const model::remote_path& path, const net::tree_removal& removed) {
    answer made;
    json_writer json{made.body};
    json.begin_object();
    json.flag("success", removed.failures == 0);
    if (removed.failures != 0) {
        made.status = 409;
        made.code = partly_removed;
        json.text("error",
                  fmt::format("{} could not be removed; \"failed\" lists why",
                              removed.failures == 1 ? "one entry" : fmt::format("{} entries", removed.failures)));
        json.text("code", partly_removed);
        json.text("phase", to_string(base::phase::sftp));
    }
    write_octets(json, "path", path.octets());
    json.begin_object("removed");
    json.number("files", removed.files);
    json.number("folders", removed.folders);
    json.end_object();
    write_failures(json, removed);
    json.end_object();
    return made;
}

std::string copy_answer(const model::remote_path& from, const model::remote_path& to, const net::copy_outcome& copied) {
    std::string body;
    json_writer json{body};
    json.begin_object();
    json.flag("success", true);
    write_octets(json, "path", from.octets());
    write_octets(json, "newPath", to.octets());
    json.number("size", copied.octets);
    json.text("method", copied.by_server ? "copy-data" : "streamed");
    json.end_object();
    return body;
}

std::string checksum_answer(const model::remote_path& path, crypto::digest_algorithm algorithm,
                            const net::file_checksum& found) {
    std::string body;
    json_writer json{body};
    json.begin_object();
    json.flag("success", true);
    write_octets(json, "path", path.octets());
    json.text("algorithm", crypto::to_string(algorithm));
    json.text("checksum", hexadecimal(found.digest));
    json.number("size", found.size);
    json.text("method", found.by_server ? "check-file" : "streamed");
    json.end_object();
    return body;
}

}  // namespace gangway::api
