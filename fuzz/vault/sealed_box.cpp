// Sealed secrets as they come from the database. What decodes must encode to the same octets; nothing that was not
// sealed may open.

#include "sealed_box.hpp"

#include <gangway/vault/vault.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace gangway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const vault::vault with(vault::keyring::generate());
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const auto box = vault::sealed_box::decode(octets);
    if (!box) return 0;
    if (box->encode() != octets) std::abort();
    const store::sealed_secret row{.owner_kind = "connection",
                                   .owner_id = "c",
                                   .purpose = "password",
                                   .key_version = box->key_version,
                                   .sealed = std::string(octets)};
    if (with.open(row) || with.reseal(row)) std::abort();
    return 0;
}
