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
/// INIT and VERSION carry no request id.
template <message T>
inline constexpr bool has_id = T::type != packet_type::init && T::type != packet_type::version;
/// A message that is answered by id; `label` names it in error texts.
template <class T>
concept request_message = message<T> && has_id<T> && message<typename T::reply_type> && requires {
    { T::label } -> std::convertible_to<std::string_view>;
};
/// An EXTENDED request, by its name.
template <class T>
concept extension_message = message<T> && requires {
    { T::extension } -> std::convertible_to<std::string_view>;
};

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
    void put(field::exactly field) { out_.u32(field.value); }
    void put(field::ignored) { out_.u32(0); }
    void put(field::skipped_word) noexcept {}
    void put(field::ignored_pairs) noexcept {}
    void put(field::ignored_rest) noexcept {}
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
    void put(const field::bounded<T>& field) {
        if (field.value.size() < field.least || field.value.size() > field.most) refuse(errc::too_long);
        put(std::string_view{field.value});
    }
    template <class T>
    void put(const field::at_most<T>& field) {
        if (field.value > field.most) refuse(errc::too_long);
        put(field.value);
    }
    template <class T>
    void put(const field::when<T>& field) {
        if (!field.present) return;
        if (!field.value) return refuse(errc::incomplete_attributes);
        put(*field.value);
    }
    template <class T>
    void put(const field::counted<T>& field) {
        out_.raw(field.items.octets());
    }
    template <class T>
    void put(const field::until_end<T>& field) {
        out_.raw(field.items.octets());
    }
    template <class T>
    void put(const field::nested<T>& field) {
        put(field.items.octets());
    }
    template <class T>
    void put(const field::if_sent<T>& field) {
        put(field.value);
    }
    template <class T>
    void put(const field::rest<T>& field) {
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
    constexpr void get(field::exactly field) {
        if (in_.u32() != field.value) in_.fail();
    }
    constexpr void get(field::ignored) { in_.string(); }
    constexpr void get(field::skipped_word field) {
        auto ahead = in_;
        if (ahead.string() == field.word && ahead.ok()) in_ = ahead;
    }
    constexpr void get(field::ignored_pairs field) {
        if (!field.present) return;
        for (auto left = in_.u32(); left > 0 && in_.ok(); --left) {
            in_.string();
            in_.string();
        }
    }
    constexpr void get(field::ignored_rest) { in_.rest(); }
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
    constexpr void get(field::bounded<T>& field) {
        get(field.value);
        if (field.value.size() < field.least || field.value.size() > field.most) in_.fail();
    }
    template <class T>
    constexpr void get(field::at_most<T>& field) {
        get(field.value);
        if (field.value > field.most) in_.fail();
    }
    template <class T>
    constexpr void get(field::when<T>& field) {
        if (field.present) get(field.value.emplace());
    }
    template <class T>
    constexpr void get(field::counted<T>& field) {
        using item = typename T::value_type;
        // Refuses an absurd count before any walk.
        if (field.count > in_.remaining() / item::least_octets) return in_.fail();
        const auto from = in_;
        for (auto left = field.count; left > 0 && in_.ok(); --left)
            get_item<item>();
        field.items = T{since(from)};
    }
    template <class T>
    constexpr void get(field::until_end<T>& field) {
        const auto from = in_;
        while (in_.remaining() > 0)
            get_item<typename T::value_type>();
        field.items = T{since(from)};
    }
    template <class T>
    constexpr void get(field::nested<T>& field) {
        field_reader inner{in_.string()};
        inner(field::until_end{field.items});
        if (!inner.complete()) in_.fail();
    }
    template <class T>
    constexpr void get(field::if_sent<T>& field) {
        auto ahead = in_;
        field.value = ahead.string();
        if (ahead.ok()) {
            in_ = ahead;
        } else {
            in_.rest();
        }
    }
    template <class T>
    constexpr void get(field::rest<T>& field) {
        field.value = in_.rest();
    }

    template <class Item>
    constexpr void get_item() {
        Item item;
        get(item);
    }
    /// The octets read since the reader was like `from`.
    [[nodiscard]] constexpr std::string_view since(base::byte_reader from) const noexcept {
        return in_.ok() ? from.take(from.remaining() - in_.remaining()) : std::string_view{};
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
