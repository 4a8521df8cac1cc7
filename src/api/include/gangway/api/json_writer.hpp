#pragma once
/// Writes JSON straight into a string: an answer is never held as a tree.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gangway::api {

/// The characters of `text` inside quotes, escaped as little as RFC 8259 section 7 allows.
void append_escaped(std::string& out, std::string_view text);
/// How many characters `append_escaped` would append.
[[nodiscard]] std::size_t escaped_size(std::string_view text) noexcept;

/// Appends to a string that the caller owns. Commas are placed by what was written before; the caller balances the
/// brackets. After a line feed a new value begins. Texts are UTF-8, and names need no escaping.
class json_writer {
  public:
    explicit json_writer(std::string& out) noexcept : out_(&out) {}

    void begin_object() { open('{'); }
    void begin_object(std::string_view name) { open(name, '{'); }
    void end_object() { out_->push_back('}'); }
    void begin_array(std::string_view name) { open(name, '['); }
    void end_array() { out_->push_back(']'); }

    void text(std::string_view name, std::string_view value);
    /// A text in an array.
    void item(std::string_view value);
    /// Octets that a peer chose, as text: what is no UTF-8 becomes U+FFFD.
    void octets(std::string_view name, std::string_view value);
    /// Base64, encoded straight into the answer.
    void base64(std::string_view name, std::string_view value);
    void flag(std::string_view name, bool value);
    void number(std::string_view name, std::uint64_t value);
    /// A value that is JSON already.
    void json(std::string_view name, std::string_view value);
    /// RFC 3339 with milliseconds, "2026-01-15T12:00:00.000Z"; unsigned seconds since 1970.
    void date(std::string_view name, std::uint32_t seconds);

  private:
    void separate();
    void key(std::string_view name);
    void open(char bracket);
    void open(std::string_view name, char bracket);

    std::string* out_;
};

}  // namespace gangway::api
