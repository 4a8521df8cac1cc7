// What a request for a file says beside its method: the path, the range, the conditions; and the name it is saved
// under.
#include "byte_range.hpp"
#include "disposition.hpp"
#include "file_target.hpp"
#include "validators.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace gangway;

void require(bool holds) {
    if (!holds) std::abort();
}

void target(std::string_view rest) {
    const auto found = api::parse_file_target(rest);
    if (!found) return;
    const auto& path = found->path.octets();
    require(!path.empty() && path.size() <= model::remote_path::longest && !path.contains('\0'));
    const auto whole = "/" + path + "/";
    require(path == "." || !whole.contains("/./"));
    require(!whole.contains("/../"));
    require(path == "/" || !path.ends_with('/'));
    require(path.starts_with('/') || rest.starts_with('~') || rest.starts_with("%7"));
}

void range(std::string_view field, std::uint64_t size) {
    const auto asked = api::parse_range(field, size);
    if (const auto* const part = std::get_if<api::byte_range>(&asked))
        require(part->first <= part->last && part->last < size && part->length() <= size);
}

void conditions(const std::string& text, const sftp::attributes& about) {
    for (const auto* const method : {"GET", "PUT"})
        for (const auto* const name :
             {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}) {
            const api::resource_request request{.method = method, .fields = {{name, text}}};
            const auto verdict = api::check_conditions(request, about);
            require(verdict != api::verdict::not_modified || request.method == "GET");
            static_cast<void>(api::check_conditions(request, std::nullopt));
            static_cast<void>(api::range_applies(request, about));
        }
    if (const auto date = api::parse_http_date(text)) require(api::parse_http_date(api::http_date(*date)) == date);
}

void name(std::string_view octets) {
    const auto field = api::attachment(octets);
    require(field.size() < 1200);
    require(std::ranges::all_of(field, [](char c) { return c >= 0x20 && c < 0x7F; }));
    require(std::ranges::count(field, '"') == 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    const sftp::attributes about{.size = size * 1000, .mtime = static_cast<std::uint32_t>(size)};
    target(text);
    range(text, size);
    range("bytes=" + text, 1000);
    conditions(text, about);
    name(text);
    return 0;
}
