#pragma once
/// The vocabulary in which a message lists its fields, once, for both directions.
///
/// A message has `void fields(this auto& self, auto& codec)` that hands its members to the codec in wire order. Plain
/// members are integers, enums (as their number), octets (`std::string_view`: a length and as many octets) or
/// structs with a `fields` of their own; the types here say what is not plain.

#include <gangway/sftp/protocol.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gangway::sftp::field {

/// Octets whose number must lie within bounds, in both directions.
template <class View>
struct bounded {
    View& value;
    std::size_t least;
    std::size_t most;
};
/// A path sent to a server. It may be empty: that is the user's default directory (section 6.2).
template <class View>
[[nodiscard]] constexpr bounded<View> path(View& value) noexcept {
    return {value, 0, max_path};
}
/// A handle: opaque, at most 256 octets (section 6.3), at least one.
template <class View>
[[nodiscard]] constexpr bounded<View> handle(View& value) noexcept {
    return {value, 1, max_handle};
}
/// What a WRITE carries.
template <class View>
[[nodiscard]] constexpr bounded<View> transfer(View& value) noexcept {
    return {value, 0, max_transfer};
}
/// Octets that may not be missing.
template <class View>
[[nodiscard]] constexpr bounded<View> not_empty(View& value) noexcept {
    return {value, 1, max_message};
}

/// A number that may not exceed `most`, in both directions.
template <class Number>
struct at_most {
    Number& value;
    std::uint32_t most;
};
template <class Number>
at_most(Number&, std::uint32_t) -> at_most<Number>;

/// A field that is there only if `present`.
template <class Optional>
struct when {
    bool present;
    Optional& value;
};
template <class Optional>
when(bool, Optional&) -> when<Optional>;

/// A number that can only be `value`.
struct exactly {
    std::uint32_t value;
};
/// Octets with their length: skipped when read, empty when written.
struct ignored {};
/// Octets with their length, skipped when read if they are this word, never written.
struct skipped_word {
    std::string_view word;
};
/// ATTRS' extended pairs: checked and skipped when read, never written.
struct ignored_pairs {
    bool present;
};

/// `count` items, kept as octets; `Sequence` is `sequence<Item>`.
template <class Sequence>
struct counted {
    const std::uint32_t& count;
    Sequence& items;
};
/// Items to the message's end.
template <class Sequence>
struct until_end {
    Sequence& items;
};
/// Octets with their length, which are items.
template <class Sequence>
struct nested {
    Sequence& items;
};

/// Octets with their length that some servers leave out or garble at a message's end: then they read as empty.
template <class View>
struct if_sent {
    View& value;
};
/// Whatever follows, without a length.
template <class View>
struct rest {
    View& value;
};
/// Whatever follows, which does not matter.
struct ignored_rest {};

template <class T>
counted(const std::uint32_t&, T&) -> counted<T>;
template <class T>
until_end(T&) -> until_end<T>;
template <class T>
nested(T&) -> nested<T>;
template <class T>
if_sent(T&) -> if_sent<T>;
template <class T>
rest(T&) -> rest<T>;

}  // namespace gangway::sftp::field
