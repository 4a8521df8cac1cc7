#pragma once
/// Reading an answer of which nothing is certain: what is missing or of another type is nothing.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::cli {

/// The member that `path` names ("health.state"); null if there is none. Lives as long as `object`.
[[nodiscard]] const boost::json::value* member_at(const boost::json::object& object, std::string_view path) noexcept;

/// Text, or "". Lives as long as `object`.
[[nodiscard]] std::string_view text_at(const boost::json::object& object, std::string_view path) noexcept;
[[nodiscard]] std::optional<std::uint64_t> number_at(const boost::json::object& object, std::string_view path) noexcept;
[[nodiscard]] bool flag_at(const boost::json::object& object, std::string_view path) noexcept;
/// An empty one if there is none.
[[nodiscard]] const boost::json::array& array_at(const boost::json::object& object, std::string_view path) noexcept;
[[nodiscard]] const boost::json::object& object_at(const boost::json::object& object, std::string_view path) noexcept;
/// The octets of a text that may have a twin in base64: of "path", or of "pathBase64".
[[nodiscard]] std::string octets_at(const boost::json::object& object, std::string_view path);

/// Puts `value` at `path`, with the objects above it.
void put_at(boost::json::object& object, std::string_view path, boost::json::value value);

}  // namespace gangway::cli
