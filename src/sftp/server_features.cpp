#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/server_features.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace gangway::sftp {
namespace {

constexpr std::uint64_t least_transfer = 1024;
/// What a READ's answer or a WRITE needs around its data: the longest handle, and the other fields.
constexpr std::uint64_t transfer_overhead = 1024;

/// An announcement and what it turns on; an empty revision means any.
struct announcement {
    std::string_view name;
    std::string_view revision;
    bool server_features::* feature;
};
constexpr std::array announcements = {
    announcement{posix_rename_request::extension, "1", &server_features::posix_rename},
    announcement{statvfs_request::extension, "2", &server_features::statvfs},
    announcement{fstatvfs_request::extension, "2", &server_features::fstatvfs},
    announcement{hardlink_request::extension, "1", &server_features::hardlink},
    announcement{fsync_request::extension, "1", &server_features::fsync},
    announcement{lsetstat_request::extension, "1", &server_features::lsetstat},
    announcement{limits_request::extension, "1", &server_features::limits_request},
    announcement{copy_data_request::extension, "1", &server_features::copy_data},
    announcement{users_groups_request::extension, "1", &server_features::users_groups_by_id},
    // The data is a list of algorithms at one server and nothing at another.
    announcement{check_file_name_request::extension, "", &server_features::check_file_name},
    announcement{check_file_handle_request::extension, "", &server_features::check_file_handle},
    announcement{"check-file", "", &server_features::check_file_name},
    announcement{"check-file", "", &server_features::check_file_handle},
};

std::uint32_t transfer_size(std::uint64_t told, std::uint64_t packet) noexcept {
    if (told == 0) told = default_transfer;
    if (packet != 0) told = std::min(told, packet - std::min(packet, transfer_overhead));
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(told, least_transfer, max_transfer));
}

}  // namespace

server_limits server_limits::from(const limits_reply& reply) noexcept {
    server_limits limits;
    limits.read = transfer_size(reply.max_read_length, reply.max_packet_length);
    limits.write = transfer_size(reply.max_write_length, reply.max_packet_length);
    limits.told = true;
    if (reply.max_open_handles != 0) limits.open_handles = reply.max_open_handles;
    return limits;
}

std::optional<server_features> server_features::from(const version_reply& reply) {
    server_features features{.version = reply.version};
    if (reply.extensions.octets().size() > max_extension_octets) return std::nullopt;
    for (const auto& announced : reply.extensions) {
        if (features.extensions.size() == max_extensions) return std::nullopt;
        features.extensions.push_back({std::string{announced.name}, std::string{announced.data}});
        for (const auto& [name, revision, feature] : announcements) {
            if (name == announced.name && (revision.empty() || revision == announced.data)) features.*feature = true;
        }
    }
    return features;
}

}  // namespace gangway::sftp
