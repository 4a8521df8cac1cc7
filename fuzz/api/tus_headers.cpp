// The headers of resumable uploads: what is taken names a file and has a digest of the right size.
#include "tus_headers.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gangway;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto found = api::parse_upload_metadata(text)) {
        if (!model::is_entry_name(found->path.name()) || found->path.octets().ends_with('/')) std::abort();
        if (found->mode.value_or(0) > 07777) std::abort();
    }
    if (const auto found = api::parse_upload_checksum(text))
        if (found->digest.size() != crypto::digest_size(found->algorithm)) std::abort();
    return 0;
}
