// Files of master keys. What parses must be written down so that it parses to the same keys.

#include <gangway/vault/keyring.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace gangway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = vault::keyring::parse({reinterpret_cast<const char*>(data), size});
    if (!keys) return 0;
    const auto again = vault::keyring::parse(keys->text().view());
    if (!again || again->size() != keys->size() || again->current() != keys->current()) std::abort();
    if (again->find(keys->current())->view() != keys->find(keys->current())->view()) std::abort();
    return 0;
}
