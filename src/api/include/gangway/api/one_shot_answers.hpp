#pragma once
/// The success bodies of the one-shot operations (design, "API"): key order as documented.

#include <gangway/api/answer.hpp>
#include <gangway/crypto/hasher.hpp>
#include <gangway/model/endpoint.hpp>
#include <gangway/model/remote_path.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/file_checksum.hpp>
#include <gangway/net/file_copy.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/identification.hpp>
#include <gangway/net/tree_remove.hpp>
#include <gangway/sftp/attributes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::api {

/// A path or other octets of a server under the name under which the client sent or expects them.
struct named_octets {
    std::string_view name;
    std::string_view value;
};

/// Success and the given octets, e.g. path, or oldPath and newPath. Octets that are not UTF-8 show with U+FFFD in their
/// place, and the field's `…Base64` twin has them exactly; so it is in every body below.
[[nodiscard]] std::string plain_answer(std::initializer_list<named_octets> named);
[[nodiscard]] std::string upload_answer(const model::remote_path& path, std::uint64_t written);
[[nodiscard]] std::string listing_answer(const model::remote_path& path, const net::listing& found);
/// One entry as `listing_answer` has it, and a line feed, for who writes entries as they come.
void append_entry_line(std::string& out, std::string_view name, const sftp::attributes& attributes);
[[nodiscard]] std::string stat_answer(const model::remote_path& path, const sftp::attributes& found);
[[nodiscard]] std::string statvfs_answer(const model::remote_path& path, const sftp::statvfs_reply& found);
[[nodiscard]] std::string copy_answer(const model::remote_path& from, const model::remote_path& to,
                                      const net::copy_outcome& copied);
[[nodiscard]] std::string checksum_answer(const model::remote_path& path, crypto::digest_algorithm algorithm,
                                          const net::file_checksum& found);
/// What was removed. If something is left this is an error, 409 `partly_removed`, with the same fields and a list of
/// what failed.
[[nodiscard]] answer removal_answer(const model::remote_path& path, const net::tree_removal& removed);
[[nodiscard]] std::string connect_answer(std::string_view host_as_asked, std::uint16_t port,
                                         const net::identification& server);
[[nodiscard]] std::string probe_answer(std::string_view host_as_asked, std::uint16_t port, const net::checkup& found);

/// Text if it is UTF-8, else base64. A file that was cut off inside a character loses that character's beginning.
/// The body is allocated once, at its size: beside `content` that is at most six octets for each of its octets (text
/// made of control characters), and usually one.
[[nodiscard]] std::string download_answer(const model::remote_path& path, const net::file_content& content);

}  // namespace gangway::api
