// A session between a caller and a server that answers at once: everything but the transport.
#include <gangway/sftp/session.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace gangway::sftp {
namespace {

/// Brings `client` to where requests may be submitted.
bool opened(session& client) {
    client.start();
    client.consumed(client.output().size());
    std::string octets;
    if (encode(octets, 0, version_reply{})) return false;
    return client.receive(octets) && client.ready();
}

void discard_output(session& client) {
    while (!client.output().empty())
        client.consumed(client.output().size());
}

/// Octets of `count` answers with ids from `first` on; each is as long as the first, and only its id differs.
template <message Reply>
void answer(std::string& octets, request_id first, std::int64_t count, const Reply& value) {
    octets.clear();
    for (std::int64_t i = 0; i < count; ++i)
        benchmark::DoNotOptimize(encode(octets, first + static_cast<request_id>(i), value));
}

/// STATs submitted together and answered together, as when many clients share one session.
void stat_pipelined(benchmark::State& state) {
    session client;
    if (!opened(client)) return state.SkipWithError("the session did not open");
    const attributes file{.size = 1024, .permissions = 0100644, .atime = 1, .mtime = 1};
    std::string octets;
    for (auto _ : state) {
        request_id first = 0;
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            const auto id = client.submit(stat_request{.path = "/outgoing/orders.csv"}, 0);
            if (!id) return state.SkipWithError("a request was refused");
            if (i == 0) first = *id;
        }
        discard_output(client);
        answer(octets, first, state.range(0), attrs_reply{.attrs = file});
        if (!client.receive(octets)) return state.SkipWithError("an answer was refused");
        while (auto done = client.next()) {
            auto attrs = done->answer.as<attrs_reply>();
            benchmark::DoNotOptimize(attrs);
            client.recycle(std::move(done->answer));
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(stat_pipelined)->Arg(1)->Arg(32)->Arg(256);

/// DATA of the largest size, arriving in pieces of `range(0)` octets as the transport delivers them. One more READ is
/// always in flight, as in a transfer: a session without any keeps no space for the next answer.
void receive_data(benchmark::State& state) {
    session client;
    if (!opened(client)) return state.SkipWithError("the session did not open");
    const std::string data(max_transfer, 'x');
    const read_request request{.handle = "0123", .offset = 0, .length = max_transfer};
    const auto piece = static_cast<std::size_t>(state.range(0));
    auto asked = client.submit(request, 0);
    std::string octets;
    for (auto _ : state) {
        state.PauseTiming();
        const auto following = client.submit(request, 0);
        if (!asked || !following) return state.SkipWithError("a request was refused");
        discard_output(client);
        answer(octets, *asked, 1, data_reply{.data = data});
        asked = *following;
        state.ResumeTiming();
        for (std::string_view rest{octets}; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size())))
            if (!client.receive(rest.substr(0, piece))) return state.SkipWithError("an answer was refused");
        auto done = client.next();
        if (!done) return state.SkipWithError("no answer came");
        client.recycle(std::move(done->answer));
    }
    state.SetBytesProcessed(state.iterations() * std::int64_t{max_transfer});
}
BENCHMARK(receive_data)->Arg(4096)->Arg(32768)->Arg(262144);

/// WRITEs of the largest size, submitted and answered one by one.
void submit_writes(benchmark::State& state) {
    session client;
    if (!opened(client)) return state.SkipWithError("the session did not open");
    const std::string data(max_transfer, 'x');
    std::string octets;
    for (auto _ : state) {
        const auto id = client.submit(write_request{.handle = "0123", .offset = 0, .data = data}, 0);
        if (!id) return state.SkipWithError("a request was refused");
        discard_output(client);
        answer(octets, *id, 1, status_reply{.code = status_code::ok});
        if (!client.receive(octets)) return state.SkipWithError("an answer was refused");
        if (auto done = client.next()) client.recycle(std::move(done->answer));
    }
    state.SetBytesProcessed(state.iterations() * std::int64_t{max_transfer});
}
BENCHMARK(submit_writes);

}  // namespace
}  // namespace gangway::sftp
