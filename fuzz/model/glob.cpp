/// Any pattern on any path, split at the first NUL: matching ends, and a pattern of plain octets matches only itself.

#include <gangway/model/glob.hpp>

#include <cstdint>
#include <cstdlib>

using gangway::model::glob;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input{data, data + size};
    const auto split = std::min(input.find('\0'), input.size());
    const auto pattern = input.substr(0, split);
    const auto path = input.substr(std::min(split + 1, input.size()));
    const auto parsed = glob::parse(pattern, "include");
    if (!parsed) return 0;
    const bool matched = parsed->matches(path);
    if (pattern.find_first_of("*?[\\") != std::string::npos) return 0;
    const auto subject = pattern.contains('/') ? path : path.substr(path.rfind('/') + 1);
    if (matched != (subject == pattern)) std::abort();
    return 0;
}
