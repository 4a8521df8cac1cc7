/// Any template and any path, split at the first NUL: what is accepted renders to a key (anything else would throw).

#include <gangway/transfer/key_template.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input{data, data + size};
    const auto split = std::min(input.find('\0'), input.size());
    const auto made = gangway::transfer::key_template::parse(input.substr(0, split));
    if (!made) return 0;
    const auto path = input.substr(std::min(split + 1, input.size()));
    static_cast<void>(made->render({.path = path, .connection = path, .folder = "f", .version = 2, .sha256 = path}));
    return 0;
}
