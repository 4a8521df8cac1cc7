#pragma once
/// The plain values that rows are made of.

#include <gangway/base/clock.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::store {

/// Times in the database: UTC in microseconds since 1970.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] inline timestamp now(const base::clock& clock) {
    return std::chrono::floor<std::chrono::microseconds>(clock.wall());
}

/// A new id: a UUID of version 7 (RFC 9562 section 5.7), so that ids sort by the time they were made.
[[nodiscard]] std::string new_id(timestamp when);

/// An enum whose values have names: the same in the database and in the API. It declares, beside itself,
/// `constexpr auto names_of(E)` that returns an array of its names in order.
template <class E>
concept named_enum = requires(E value) { names_of(value)[0]; };

template <named_enum E>
[[nodiscard]] constexpr std::string_view to_string(E value) {
    return names_of(value)[static_cast<std::size_t>(value)];
}

template <named_enum E>
[[nodiscard]] constexpr std::optional<E> from_string(std::string_view name) {
    const auto names = names_of(E{});
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<E>(i);
    return std::nullopt;
}

}  // namespace gangway::store
