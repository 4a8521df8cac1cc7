/// Any text as an sftp URL: what is accepted leads to the same server when it is written again.

#include <gangway/model/sftp_url.hpp>

#include <cstdint>
#include <cstdlib>

using gangway::model::sftp_url;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = sftp_url::parse(std::string{data, data + size});
    if (!parsed) return 0;
    if (parsed->path.empty() || parsed->path.contains('\0')) std::abort();
    if (parsed->username && (parsed->username->empty() || parsed->username->contains('\0'))) std::abort();
    const auto again = sftp_url::parse("sftp://" + parsed->endpoint.text() + "/");
    if (!again || again->endpoint != parsed->endpoint) std::abort();
    return 0;
}
