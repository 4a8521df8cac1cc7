#include <gangway/model/backoff.hpp>

#include <algorithm>

namespace gangway::model {

std::uint64_t scramble(std::uint64_t seed) noexcept {
    seed += 0x9e3779b97f4a7c15U;
    seed = (seed ^ seed >> 30U) * 0xbf58476d1ce4e5b9U;
    seed = (seed ^ seed >> 27U) * 0x94d049bb133111ebU;
    return seed ^ seed >> 31U;
}

std::uint64_t seed_of(std::string_view name) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char octet : name)
        hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;
    return hash;
}

std::chrono::milliseconds jitter(std::chrono::milliseconds most, std::uint64_t seed) noexcept {
    if (most.count() <= 0) return {};
    const auto range = static_cast<std::uint64_t>(most.count()) + 1;
    return std::chrono::milliseconds{static_cast<std::int64_t>(scramble(seed) % range)};
}

std::chrono::milliseconds backoff::wait(unsigned failures, std::uint64_t seed) const noexcept {
    if (failures == 0) return {};
    auto whole = std::min(first, longest);
    for (unsigned doubled = 1; doubled < failures && whole < longest; ++doubled)
        whole = whole > longest / 2 ? longest : whole * 2;
    const auto half = whole / 2;
    return half + jitter(whole - half, seed ^ failures);
}

}  // namespace gangway::model
