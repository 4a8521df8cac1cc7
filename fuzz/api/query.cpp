// The query of a target: what is taken is UTF-8 without NUL, within the limit, and each name once.
#include <gangway/api/one_shot_request.hpp>
#include <gangway/api/query.hpp>
#include <gangway/base/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gangway;
    const std::string_view query{reinterpret_cast<const char*>(data), size};
    if (const auto pairs = api::parse_query(query)) {
        std::set<std::string> names;
        for (const auto& [name, value] : *pairs)
            if (!base::is_utf8(name + value) || (name + value).contains('\0') || !names.insert(name).second)
                std::abort();
        if (pairs->size() > api::query_pairs) std::abort();
    }
    if (auto from = api::fields::from_query(query)) {
        const auto server = api::decode_server(*from);
        if (from->ok() && !server.server) std::abort();
    }
    return 0;
}
