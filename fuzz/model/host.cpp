/// Any text as a host: what is accepted is one canonical host, whose text is accepted again as the same host.

#include <gangway/model/host.hpp>

#include <cstdint>
#include <cstdlib>

using gangway::model::host;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = host::parse(std::string{data, data + size});
    if (!parsed) return 0;
    const auto again = host::parse(parsed->text());
    if (!again || *again != *parsed || parsed->text().size() > 253) std::abort();
    for (const char c : parsed->text())
        if (c <= ' ' || c > '~' || c == '%' || c == '@' || c == '/') std::abort();
    return 0;
}
