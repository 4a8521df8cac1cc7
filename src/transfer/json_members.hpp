#pragma once
/// Reads the members of JSON objects strictly, and remembers the first thing that is wrong.

#include <gangway/base/error.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::transfer {

inline constexpr std::size_t longest_json = 65'536;  ///< octets of one document

/// Any JSON in UTF-8, at most 8 levels deep, without equal names in one object; an empty text is null. Errors name
/// `field`.
[[nodiscard]] base::result<boost::json::value> parse_json(std::string_view text, std::string_view field);

/// One object. After an error, what is returned is a placeholder; objects within share the first error.
class json_members {
  public:
    /// `path` is what stands in front of its names, such as "rules.stable"; `first` outlives this.
    json_members(const boost::json::object& of, std::string path, std::optional<base::error>& first)
        : of_(of), path_(std::move(path)), first_(first) {}

    [[nodiscard]] bool has(std::string_view name) { return find(name) != nullptr; }
    /// Text without NUL.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name);
    [[nodiscard]] std::string_view required_text(std::string_view name);
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most);
    [[nodiscard]] std::optional<bool> flag(std::string_view name);
    /// An array of texts; none is an empty one.
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);
    [[nodiscard]] std::optional<json_members> object(std::string_view name);

    [[nodiscard]] std::string path_of(std::string_view name) const { return path_ + "." + std::string{name}; }
    void complain(std::string_view name, std::string message);
    void complain(base::error why);
    /// `value`, or nothing, and its error is remembered.
    template <class T>
    [[nodiscard]] std::optional<T> checked(base::result<T> value) {
        if (value) return *std::move(value);
        complain(std::move(value.error()));
        return std::nullopt;
    }
    /// Refuses members that nobody has asked for.
    void end();

  private:
    [[nodiscard]] const boost::json::value* find(std::string_view name);

    const boost::json::object& of_;
    std::string path_;
    std::optional<base::error>& first_;
    std::vector<std::string_view> asked_{};
};

/// `why` with `path` and a dot in front of the field that it names.
[[nodiscard]] base::error beneath(std::string_view path, base::error why);

}  // namespace gangway::transfer
