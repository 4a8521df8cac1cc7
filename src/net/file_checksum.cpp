#include "typed_call.hpp"

#include <gangway/net/file_checksum.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>

#include <optional>
#include <utility>

namespace gangway::net {
namespace {

constexpr std::uint64_t longest_by_server = 2UL * 1024 * 1024 * 1024;

/// Nothing if the server refused, or answered something else.
awaitable<std::optional<std::string>> digest_by_server(sftp_client& client, const model::remote_path& path,
                                                       crypto::digest_algorithm algorithm) {
    const auto name = crypto::to_string(algorithm);
    const auto digest =
        co_await typed_call(client, sftp::check_file_name_request{.path = path.octets(), .algorithms = name},
                            [name](const sftp::check_file_reply& reply) {
                                return reply.algorithm == name ? std::string{reply.hashes} : std::string{};
                            });
    if (!digest || digest->size() != crypto::digest_size(algorithm)) co_return std::nullopt;
    co_return *digest;
}

async_result<file_checksum> digest_by_reading(sftp_client& client, model::remote_path path,
                                              crypto::digest_algorithm algorithm) {
    const auto reader = co_await file_reader::open(client, std::move(path));
    if (!reader) co_return std::unexpected(reader.error());
    crypto::hasher hasher{algorithm};
    for (std::uint64_t size = 0;;) {
        const auto octets = co_await (*reader)->read();
        if (!octets) co_return std::unexpected(octets.error());
        if (octets->empty()) co_return file_checksum{.digest = hasher.finish(), .size = size};
        hasher.update(*octets);
        size += octets->size();
    }
}

}  // namespace

async_result<file_checksum> checksum(sftp_client& client, model::remote_path path, crypto::digest_algorithm algorithm) {
    if (client.features().check_file_name) {
        const auto there = co_await stat(client, path);
        if (!there) co_return std::unexpected(there.error());
        if (there->is_regular() && there->size && *there->size <= longest_by_server)
            if (auto digest = co_await digest_by_server(client, path, algorithm))
                co_return file_checksum{.digest = *std::move(digest), .size = *there->size, .by_server = true};
    }
    co_return co_await digest_by_reading(client, std::move(path), algorithm);
}

}  // namespace gangway::net
