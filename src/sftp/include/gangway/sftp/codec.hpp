#pragma once
/// The one codec of all messages: it walks a message's field list, see fields.hpp.
///
/// On the wire a message is uint32 length, byte type, uint32 id (all but INIT and VERSION), then its fields (section
/// 3). An EXTENDED request's fields begin with its name. "Body" means everything after the length.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/fields.hpp>
#include <gangway/sftp/protocol.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gangway::sftp {

template <class T>
concept message = requires {
    { T::type } -> std::convertible_to<packet_type>;
};
/// A message that is answered; `label` names it in error texts.
template <class T>
concept request_message = message<T> && message<typename T::reply_type> && requires {
    { T::label } -> std::convertible_to<std::string_view>;
};
/// An EXTENDED request, by its name.
template <class T>
concept extension_message = message<T> && requires {
    { T::extension } -> std::convertible_to<std::string_view>;
};
/// INIT and VERSION carry no request id.
template <message T>
inline constexpr bool has_id = T::type != packet_type::init && T::type != packet_type::version;

/// Writes fields, and remembers the first that may not be sent.
class field_writer {
  public:
    explicit field_writer(std::string& out) noexcept : out_(out) {}
    void operator()(const auto&... fields) { (put(fields), ...); }
    /// Why the message may not be sent, if it may not.
    [[nodiscard]] std::optional<errc> refused() const noexcept { return refused_; }

  private:
    void put(std::uint8_t value) { out_.u8(value); }
    void put(std::uint32_t value) { out_.u32(value); }
    void put(std::uint64_t value) { out_.u64(value); }
    void put(std::string_view octets) { out_.string(octets); }
    void put(exactly field) { out_.u32(field.value); }
    void put(ignored) { out_.u32(0); }
    void put(skipped_word) noexcept {}
    void put(ignored_pairs) noexcept {}
    void put(ignored_rest) noexcept {}
    void put(const auto& value)
        requires std::is_enum_v<std::remove_cvref_t<decltype(value)>>
    {
        put(std::to_underlying(value));
    }
    void put(const auto& value)
        requires requires(field_writer& self) { value.fields(self); }
    {
        value.fields(*this);
    }
    template <class T>
    void put(const bounded<T>& field) {
        if (field.value.size() < field.least || field.value.size() > field.most) refuse(errc::too_long);
        put(std::string_view{field.value});
    }
    template <class T>
    void put(const at_most<T>& field) {
        if (field.value > field.most) refuse(errc::too_long);
        put(field.value);
    }
    template <class T>
    void put(const when<T>& field) {
        if (!field.present) return;
        if (!field.value) return refuse(errc::incomplete_attributes);
        put(*field.value);
    }
    template <class T>
    void put(const counted<T>& field) {
        out_.raw(field.items.octets());
    }
    template <class T>
    void put(const until_end<T>& field) {
        out_.raw(field.items.octets());
    }
    template <class T>
    void put(const nested<T>& field) {
        put(field.items.octets());
    }
    template <class T>
    void put(const if_sent<T>& field) {
        put(field.value);
    }
    template <class T>
    void put(const rest<T>& field) {
        out_.raw(field.value);
    }
    void refuse(errc reason) noexcept {
        if (!refused_) refused_ = reason;
    }

    base::byte_writer out_;
    std::optional<errc> refused_{};
};

/// Reads fields into views of the octets it was given, and remembers the first failure.
class field_reader {
  public:
    explicit constexpr field_reader(std::string_view octets) noexcept : in_(octets) {}
    constexpr void operator()(auto&&... fields) { (get(fields), ...); }
    [[nodiscard]] constexpr bool ok() const noexcept { return in_.ok(); }
    [[nodiscard]] constexpr bool complete() const noexcept { return in_.complete(); }
    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return in_.remaining(); }

  private:
    constexpr void get(std::uint8_t& value) { value = in_.u8(); }
    constexpr void get(std::uint32_t& value) { value = in_.u32(); }
    constexpr void get(std::uint64_t& value) { value = in_.u64(); }
    constexpr void get(std::string_view& value) { value = in_.string(); }
    constexpr void get(exactly field) {
        if (in_.u32() != field.value) in_.fail();
    }
    constexpr void get(ignored) { in_.string(); }
    constexpr void get(skipped_word field) {
        auto ahead = in_;
        if (ahead.string() == field.word && ahead.ok()) in_ = ahead;
    }
    constexpr void get(ignored_pairs field) {
        if (!field.present) return;
        for (auto left = in_.u32(); left > 0 && in_.ok(); --left) {
            in_.string();
            in_.string();
        }
    }
    constexpr void get(ignored_rest) { in_.rest(); }
    constexpr void get(auto& value)
        requires std::is_enum_v<std::remove_cvref_t<decltype(value)>>
    {
        std::underlying_type_t<std::remove_cvref_t<decltype(value)>> number{};
        get(number);
        value = static_cast<std::remove_cvref_t<decltype(value)>>(number);
    }
    constexpr void get(auto& value)
        requires requires(field_reader& self) { value.fields(self); }
    {
        value.fields(*this);
    }
    template <class T>
    constexpr void get(bounded<T>& field) {
        get(field.value);
        if (field.value.size() < field.least || field.value.size() > field.most) in_.fail();
    }
    template <class T>
    constexpr void get(at_most<T>& field) {
        get(field.value);
        if (field.value > field.most) in_.fail();
    }
    template <class T>
    constexpr void get(when<T>& field) {
        if (field.present) get(field.value.emplace());
    }
    template <class T>
    constexpr void get(counted<T>& field) {
        using item = typename T::value_type;
        if (field.count > in_.remaining() / item::least_octets) return in_.fail();
        field.items = T{items(field.count, item{})};
    }
    template <class T>
    constexpr void get(until_end<T>& field) {
        field.items = T{items(in_.remaining(), typename T::value_type{})};
    }
    template <class T>
    constexpr void get(nested<T>& field) {
        field_reader inner{in_.string()};
        inner(until_end{field.items});
        if (!inner.complete()) in_.fail();
    }
    template <class T>
    constexpr void get(if_sent<T>& field) {
        auto ahead = in_;
        field.value = ahead.string();
        if (ahead.ok()) {
            in_ = ahead;
        } else {
            in_.rest();
        }
    }
    template <class T>
    constexpr void get(rest<T>& field) {
        field.value = in_.rest();
    }

    /// The octets of at most `count` items, up to the end at most; each is checked.
    constexpr std::string_view items(std::size_t count, auto item) {
        auto from = in_;
        for (; count > 0 && in_.ok() && in_.remaining() > 0; --count)
            item.fields(*this);
        if (!in_.ok()) return {};
        return from.take(from.remaining() - in_.remaining());
    }

    base::byte_reader in_;
};

/// Appends the whole message, its length first. If it may not be sent, says why, and `out` is as before. A message
/// without an id ignores `id`.
template <message Message>
[[nodiscard]] std::optional<errc> encode(std::string& out, request_id id, const Message& value) {
    const auto begin = out.size();
    field_writer write{out};
    write(std::uint32_t{0}, Message::type);
    if constexpr (has_id<Message>) write(id);
    if constexpr (extension_message<Message>) write(Message::extension);
    value.fields(write);

    const auto length = out.size() - begin - sizeof(std::uint32_t);
    auto refused = write.refused();
    if (!refused && length > max_message) refused = errc::too_long;
    if (refused) {
        out.resize(begin);
    } else {
        base::byte_writer{out}.patch_u32(begin, static_cast<std::uint32_t>(length));
    }
    return refused;
}

/// The message in `body`; its views live as long as the octets of `body`. Nothing if it is another message, malformed,
/// or (but for STATUS) has octets left over.
template <message Message>
[[nodiscard]] constexpr std::optional<Message> decode(std::string_view body) {
    field_reader read{body};
    packet_type type{};
    read(type);
    if (type != Message::type) return std::nullopt;
    if constexpr (has_id<Message>) {
        request_id id{};
        read(id);
    }
    if constexpr (extension_message<Message>) {
        std::string_view name;
        read(name);
        if (name != Message::extension) return std::nullopt;
    }
    Message value{};
    value.fields(read);
    if (!read.complete()) return std::nullopt;
    return value;
}

}  // namespace gangway::sftp
