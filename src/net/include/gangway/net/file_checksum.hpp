#pragma once
/// The digest of a file on a server.

#include <gangway/crypto/hasher.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/net/sftp_client.hpp>

#include <cstdint>
#include <string>

namespace gangway::net {

struct file_checksum {
    std::string digest;      ///< octets
    std::uint64_t size = 0;  ///< of the file
    bool by_server = false;  ///< by check-file; otherwise every octet came here
};

/// The digest of the whole file, by the server where it offers check-file and knows the algorithm, else by reading the
/// file. A file of more than 2 GiB is always read: a server says nothing while it computes, and would be taken for
/// dead. What a server computes itself is only as true as the server.
/// Errors: those of reading; `is_a_directory`.
[[nodiscard]] async_result<file_checksum> checksum(sftp_client& client, model::remote_path path,
                                                   crypto::digest_algorithm algorithm);

}  // namespace gangway::net
