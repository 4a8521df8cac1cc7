// A download and an upload against any answers in any order. The first octets choose the windows, the others the
// answers. What the read window yields has to be a true beginning of the file.

#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/read_window.hpp>
#include <gangway/sftp/write_window.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace gangway;
using namespace gangway::sftp;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

template <class Message>
reply made(const Message& value) {
    std::string octets;
    require(!encode(octets, 1, value));
    return {frame(octets.begin() + 4, octets.end()), "READ"};
}

/// The octet at `offset` of a file of any length.
char content(std::uint64_t offset) {
    return static_cast<char>(offset * 37 + (offset >> 8));
}
std::string stretch(std::uint64_t offset, std::size_t length) {
    std::string octets;
    for (std::size_t i = 0; i < length; ++i)
        octets += content(offset + i);
    return octets;
}

/// Takes one request out of those in flight.
template <class Request>
std::optional<Request> pick(std::vector<Request>& in_flight, unsigned which) {
    if (in_flight.empty()) return std::nullopt;
    const auto at = in_flight.begin() + static_cast<std::ptrdiff_t>(which % in_flight.size());
    const auto picked = *at;
    in_flight.erase(at);
    return picked;
}

void take(read_window& window) {
    while (const auto piece = window.next()) {
        require(!piece->octets.empty() && piece->octets == stretch(piece->offset, piece->octets.size()));
        require(piece->offset + piece->octets.size() == window.position());
    }
}

void download(base::byte_reader& input) {
    const auto known = input.u8();
    const std::uint32_t chunk = input.u8();
    const std::size_t depth = input.u8() % 16;
    const auto end = known < 128 ? std::optional<std::uint64_t>{known * std::uint64_t{20}} : std::nullopt;
    read_window window{0, end, chunk, depth};
    if (known >= 192) window.expect_end(known);

    std::vector<read_window::request> in_flight;
    while (input.remaining() > 0 && !window.done()) {
        while (const auto next = window.next_request()) {
            require(next->length > 0 && (!end || next->offset + next->length <= *end));
            in_flight.push_back(*next);
        }
        require(in_flight.size() == window.in_flight() && in_flight.size() <= 1024);
        const auto request = pick(in_flight, input.u8());
        if (!request) {
            take(window);
            continue;
        }
        const auto [offset, length] = *request;
        const auto what = input.u8();
        if (what < 8) {
            window.on_eof(offset);
        } else if (what < 16) {
            window.on_error(offset, protocol_error("fuzz"));
        } else if (what < 24) {
            window.on_reply(offset, made(data_reply{}));
        } else if (what < 32) {
            window.set_depth(what - 24);
            window.set_chunk(what);
            window.on_reply(offset, made(status_reply{.code = status_code::failure}));
        } else {
            window.on_reply(offset,
                            made(data_reply{.data = stretch(offset, std::min<std::size_t>(length, what - 31))}));
        }
        if (what % 2 == 0) take(window);
    }
    take(window);
    // Everything that could be had was had: if nothing is in flight and nothing can be sent, it is over.
    if (in_flight.empty() && window.in_flight() == 0 && !window.next_request()) require(window.done());
    if (window.done() && end && !window.failure()) require(window.position() == *end);
}

void upload(base::byte_reader& input) {
    const std::uint64_t limit = input.u8();
    const std::uint32_t chunk = input.u8();
    write_window window{0, chunk, limit};
    const std::uint64_t reach = 1 + std::uint64_t{4} * input.u8();
    window.set_reach(reach);
    std::vector<write_window::request> in_flight;
    bool failed = false;
    std::uint64_t sum = 0;
    while (input.remaining() > 0) {
        while (const auto next = window.next_request(1 + input.u8())) {
            require(!failed && next->offset == sum);
            sum += next->length;
            require(sum - window.acknowledged() <= std::max<std::uint64_t>(reach, next->length));
            in_flight.push_back(*next);
        }
        const auto request = pick(in_flight, input.u8());
        if (!request) break;
        const bool refused = input.u8() < 4;
        failed = failed || refused;
        window.on_reply(request->offset, made(status_reply{.code = refused ? status_code::failure : status_code::ok}));
    }
    require(window.settled() == in_flight.empty());
    require(window.failure().has_value() == failed);
    require(window.position() == sum && window.acknowledged() <= sum);
    require(!window.settled() || failed || window.acknowledged() == sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    base::byte_reader input{{reinterpret_cast<const char*>(data) + 1, size - 1}};
    if (data[0] % 2 == 0) {
        download(input);
    } else {
        upload(input);
    }
    return 0;
}
