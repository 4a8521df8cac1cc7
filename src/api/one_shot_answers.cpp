#include "octet_fields.hpp"

#include <gangway/api/answer.hpp>
#include <gangway/api/entry_order.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/api/one_shot_answers.hpp>
#include <gangway/base/utf8.hpp>

#include <fmt/format.h>

namespace gangway::api {
namespace {

void begin_success(json_writer& json) {
    json.begin_object();
    json.flag("success", true);
}

void write_entry(json_writer& json, std::string_view name, const sftp::attributes& attributes) {
    json.begin_object();
    write_octets(json, "name", name);
    json.flag("isDirectory", attributes.is_directory());
    json.flag("isSymlink", attributes.is_symlink());
    if (attributes.size) json.number("size", *attributes.size);
    if (attributes.permissions) json.text("permissions", sftp::permission_string(*attributes.permissions));
    if (attributes.mtime) json.date("mtime", *attributes.mtime);
    json.end_object();
}

void write_step(json_writer& json, const net::checkup_step& step) {
    json.begin_object();
    json.text("name", step.name);
    json.flag("ok", !step.failure);
    json.number("durationUs", static_cast<std::uint64_t>(step.duration.count()));
    json.begin_array("findings");
    for (const auto& finding : step.findings) {
        json.begin_object();
        json.octets("name", finding.name);
        json.octets("value", finding.value);
        json.end_object();
    }
    json.end_array();
    if (step.failure) {
        json.octets("error", step.failure->message);
        json.text("code", classify(step.failure->code).code);
        json.text("phase", base::to_string(step.failure->where));
    }
    if (!step.advice.empty()) json.octets("advice", step.advice);
    json.end_object();
}

}  // namespace

std::string plain_answer(std::initializer_list<named_octets> named) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    for (const auto& [name, value] : named)
        write_octets(json, name, value);
    json.end_object();
    return body;
}

std::string upload_answer(const model::remote_path& path, std::uint64_t written) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    write_octets(json, "path", path.octets());
    json.number("bytesWritten", written);
    json.end_object();
    return body;
}

std::string listing_answer(const model::remote_path& path, const net::listing& found) {
    constexpr std::size_t usual_entry = 160;
    std::string body;
    body.reserve(path.octets().size() + 256 + found.entries.size() * usual_entry);
    json_writer json{body};
    begin_success(json);
    write_octets(json, "path", path.octets());
    json.number("count", found.entries.size());
    json.begin_array("entries");
    for (const auto index : listing_order(found.entries))
        write_entry(json, found.entries[index].name, found.entries[index].attributes);
    json.end_array();
    if (found.dropped != 0) json.number("dropped", found.dropped);
    json.end_object();
    return body;
}

void append_entry_line(std::string& out, std::string_view name, const sftp::attributes& attributes) {
    json_writer json{out};
    write_entry(json, name, attributes);
    out += '\n';
}

std::string stat_answer(const model::remote_path& path, const sftp::attributes& found) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    write_octets(json, "path", path.octets());
    json.flag("isDirectory", found.is_directory());
    json.flag("isSymlink", found.is_symlink());
    if (found.size) json.number("size", *found.size);
    if (found.permissions) {
        json.number("permissions", *found.permissions);
        json.text("permissionString", sftp::permission_string(*found.permissions));
    }
    if (found.uid) json.number("uid", *found.uid);
    if (found.gid) json.number("gid", *found.gid);
    if (found.atime) json.date("atime", *found.atime);
    if (found.mtime) json.date("mtime", *found.mtime);
    json.end_object();
    return body;
}

std::string statvfs_answer(const model::remote_path& path, const sftp::statvfs_reply& found) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    write_octets(json, "path", path.octets());
    json.number("blockSize", found.block_size);
    json.number("fragmentSize", found.fragment_size);
    json.number("blocks", found.blocks);
    json.number("blocksFree", found.blocks_free);
    json.number("blocksAvailable", found.blocks_available);
    json.number("files", found.files);
    json.number("filesFree", found.files_free);
    json.number("filesAvailable", found.files_available);
    json.number("fileSystemId", found.file_system_id);
    json.flag("readOnly", (found.flags & sftp::statvfs_reply::read_only) != 0);
    json.flag("noSetuid", (found.flags & sftp::statvfs_reply::no_setuid) != 0);
    json.number("maxNameLength", found.max_name);
    json.end_object();
    return body;
}

std::string connect_answer(std::string_view host_as_asked, std::uint16_t port, const net::identification& server) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    json.octets("host", host_as_asked);
    json.number("port", port);
    json.octets("banner", server.line);
    json.octets("sshVersion", server.protocol);
    json.octets("software", server.software);
    json.flag("sftpAvailable", true);
    json.text("note", "An SSH server answers. Whether it offers SFTP to a user shows only after login.");
    json.end_object();
    return body;
}

std::string probe_answer(std::string_view host_as_asked, std::uint16_t port, const net::checkup& found) {
    std::string body;
    json_writer json{body};
    begin_success(json);
    json.octets("host", host_as_asked);
    json.number("port", port);
    json.flag("healthy", found.healthy());
    json.begin_array("steps");
    for (const auto& step : found.steps)
        write_step(json, step);
    json.end_array();
    json.end_object();
    return body;
}

std::string download_answer(const model::remote_path& path, const net::file_content& content) {
    constexpr std::size_t around = 256;
    std::string_view octets = content.octets;
    if (content.truncated) octets.remove_suffix(base::utf8_cut_tail(octets));
    const bool text = base::is_utf8(octets);
    if (!text) octets = content.octets;

    std::string body;
    body.reserve(around + 8 * path.octets().size() + (text ? escaped_size(octets) : (octets.size() + 2) / 3 * 4));
    json_writer json{body};
    begin_success(json);
    write_octets(json, "path", path.octets());
    json.number("size", octets.size());
    json.flag("truncated", content.truncated);
    json.flag("isBinary", !text);
    if (text)
        json.text("content", octets);
    else
        json.base64("content", octets);
    json.text("encoding", text ? "utf-8" : "base64");
    json.end_object();
    return body;
}

}  // namespace gangway::api
