// Encoding and decoding of the messages that the product's speed rests on.
#include <gangway/base/byte_writer.hpp>
#include <gangway/sftp/codec.hpp>
#include <gangway/sftp/messages.hpp>

#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>

namespace gangway::sftp {
namespace {

void encode_read(benchmark::State& state) {
    std::string out;
    std::uint64_t offset = 0;
    for (auto _ : state) {
        out.clear();
        auto refused = encode(out, 7, read_request{.handle = "0123", .offset = offset, .length = max_transfer});
        benchmark::DoNotOptimize(refused);
        benchmark::DoNotOptimize(out.data());
        offset += max_transfer;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_read);

void encode_write(benchmark::State& state) {
    const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
    std::string out;
    for (auto _ : state) {
        out.clear();
        auto refused = encode(out, 7, write_request{.handle = "0123", .offset = 0, .data = data});
        benchmark::DoNotOptimize(refused);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_write)->Arg(default_transfer)->Arg(max_transfer);

/// Its octets are viewed where they lie, so their number does not matter.
void decode_data(benchmark::State& state) {
    const std::string data(max_transfer, 'x');
    std::string octets;
    if (encode(octets, 7, data_reply{.data = data})) return state.SkipWithError("the message does not fit");
    auto body = std::string_view{octets}.substr(sizeof(std::uint32_t));
    for (auto _ : state) {
        benchmark::DoNotOptimize(body);
        auto decoded = decode<data_reply>(body);
        benchmark::DoNotOptimize(decoded);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_data);

void decode_attributes(benchmark::State& state) {
    std::string octets;
    const attributes file{
        .size = 1024, .uid = 1000, .gid = 1000, .permissions = 0100644, .atime = 1768478400, .mtime = 1768478400};
    if (encode(octets, 7, attrs_reply{.attrs = file})) return state.SkipWithError("the message does not fit");
    auto body = std::string_view{octets}.substr(sizeof(std::uint32_t));
    for (auto _ : state) {
        benchmark::DoNotOptimize(body);
        auto decoded = decode<attrs_reply>(body);
        benchmark::DoNotOptimize(decoded);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_attributes);

/// A folder's entries as OpenSSH sends them, 100 to a NAME.
void walk_listing(benchmark::State& state) {
    constexpr std::uint32_t count = 100;
    std::string entries;
    const attributes file{.size = 1024, .uid = 1000, .gid = 1000, .permissions = 0100644, .atime = 1, .mtime = 1};
    for (std::uint32_t i = 0; i < count; ++i) {
        base::byte_writer out{entries};
        out.string("file-000000.dat");
        out.string("-rw-r--r--    1 user     group        1024 Jan 15 12:00 file-000000.dat");
        append_item(entries, file);
    }
    std::string octets;
    if (encode(octets, 7, name_reply{.count = count, .entries = sequence<name_entry>{entries}})) {
        return state.SkipWithError("the message does not fit");
    }
    auto body = std::string_view{octets}.substr(sizeof(std::uint32_t));
    for (auto _ : state) {
        benchmark::DoNotOptimize(body);
        const auto decoded = decode<name_reply>(body);
        if (!decoded) return state.SkipWithError("the message was not understood");
        for (const auto& entry : decoded->entries)
            benchmark::DoNotOptimize(entry.name.data());
    }
    state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(walk_listing);

}  // namespace
}  // namespace gangway::sftp
