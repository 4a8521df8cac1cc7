#include <gangway/net/file_operations.hpp>

#include <malloc.h>
#include <string>
#include <utility>

namespace gangway::net {

listing::~listing() {
    constexpr std::size_t long_list = 10'000;
    if (entries.size() < long_list) return;
    entries = {};
    ::malloc_trim(0);
}

async_result<listing> list_directory(sftp_client& client, model::remote_path path, listing_limits limits) {
    const auto reader = co_await directory_reader::open(client, std::move(path), limits);
    if (!reader) co_return std::unexpected(reader.error());
    listing found;
    for (;;) {
        const auto batch = co_await (*reader)->read();
        if (!batch) co_return std::unexpected(batch.error());
        if (batch->empty()) break;
        for (const auto& [name, attributes] : *batch)
            found.entries.push_back({std::string{name}, attributes});
    }
    found.dropped = (*reader)->dropped();
    co_return found;
}

}  // namespace gangway::net
