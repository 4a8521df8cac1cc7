#pragma once
/// JSON of the API as tables for people. Nothing of it reaches the terminal unescaped.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gangway::cli {

/// How a member is shown.
enum class as : std::uint8_t {
    text,   ///< whatever it is, on one line; octets if there is a twin in base64
    time,   ///< "2026-01-15 12:00:00Z"
    size,   ///< "12.3 MiB"
    count,  ///< a number, at the right
    flag,   ///< "yes", and nothing for no
    list,   ///< texts with commas between them
    login,  ///< "ada@sftp.example.com:2222" of host, port and username; the member is not looked at
};

struct column {
    std::string_view title;
    std::string_view member;  ///< a path: "health.state"
    as how = as::text;
};

/// One cell; "" for what is missing.
[[nodiscard]] std::string cell_text(const boost::json::object& row, const column& what);

/// A line of titles, and one for each object in `rows`.
[[nodiscard]] std::string table_text(const boost::json::array& rows, std::span<const column> columns);

/// One line for each member that is there: its title and its value.
[[nodiscard]] std::string details_text(const boost::json::object& object, std::span<const column> columns);

}  // namespace gangway::cli
