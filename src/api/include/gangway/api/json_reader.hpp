#pragma once
/// The JSON border: what a request's body says, strictly (RFC 8259), and without copying a secret.
///
/// A reader of our own, because a body holds passwords and private keys: strings are decoded in place, so the only
/// octets that ever hold them are the body's own and the `base::secret` they end in. A general JSON library leaves
/// parts of them in its buffers and on the stack, and keeps the last of two equal names.

#include <gangway/base/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace gangway::api {

struct json_null {};
/// An array or object: checked, and for whoever wants to read it there is its text as it was sent.
struct json_nested {
    std::span<char> text{};  ///< empty unless `json_limits::nested_text` asks for it
};
/// Text is UTF-8, in the octets that were parsed, writable so that it can be wiped there. A number is an `int64_t` if
/// it is written without fraction and exponent and fits, else a `double`.
using json_value = std::variant<json_null, bool, std::int64_t, double, std::span<char>, json_nested>;

struct json_member {
    std::string_view name;
    json_value value;
};

struct json_limits {
    std::size_t depth = 32;     ///< objects and arrays inside each other, the outermost included
    std::size_t values = 4096;  ///< in the whole document
    std::size_t number = 64;    ///< characters of one number
    bool nested_text = false;   ///< leave arrays and objects inside the outermost one as they are; takes memory as
                                ///< large as the document, where there are any
};

/// The members of one object, in their order. Lives no longer than the octets it was parsed from.
class json_object {
  public:
    explicit json_object(std::vector<json_member> members) : members_(std::move(members)) {}
    /// The value of `name`; nothing if it is absent or null.
    [[nodiscard]] const json_value* find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<json_member>& members() const noexcept { return members_; }

  private:
    std::vector<json_member> members_;
};

/// Parses `body`, which must be one object, and decodes its strings in place: afterwards, and after an error, the
/// octets are no longer the JSON text.
///
/// Refused beside what the grammar refuses: octets that are not UTF-8, a byte order mark, two equal names in one
/// object, half surrogate pairs, NUL in a name, numbers that no double can hold, and what exceeds the limits. Time is
/// at most n log n for any input. Errors: `bad_request`; the message tells the place, never the content.
[[nodiscard]] base::result<json_object> parse_json_object(std::span<char> body, json_limits limits = {});

}  // namespace gangway::api
