#pragma once
/// A server's octets in JSON, the same way everywhere.

#include <gangway/api/json_writer.hpp>
#include <gangway/base/utf8.hpp>

#include <fmt/format.h>

#include <string_view>

namespace gangway::api {

/// As text in `name`; octets that are no UTF-8 show as U+FFFD there, and `name`Base64 has them exactly.
inline void write_octets(json_writer& json, std::string_view name, std::string_view value) {
    json.octets(name, value);
    if (!base::is_utf8(value)) json.base64(fmt::format("{}Base64", name), value);
}

}  // namespace gangway::api
