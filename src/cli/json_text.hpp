#pragma once
/// The results of `--json`: one line each, in the shapes of the HTTP API.
///
/// JSON is text and paths are octets: one that is not UTF-8 appears escaped, and its octets follow as "<key>Base64".

#include <gangway/model/endpoint.hpp>
#include <gangway/net/doctor.hpp>
#include <gangway/net/file_operations.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gangway::cli {

[[nodiscard]] std::string listing_json(std::string_view path, const std::vector<net::directory_entry>& entries);
[[nodiscard]] std::string stat_json(std::string_view path, const sftp::attributes& attributes);
[[nodiscard]] std::string checkup_json(const model::endpoint& server, const net::checkup& result);
/// {"success":true} and these fields; a string is octets of a path.
using success_field = std::pair<std::string_view, std::variant<std::string_view, std::uint64_t>>;
[[nodiscard]] std::string success_json(const std::vector<success_field>& fields);
/// {"success":false,"error":…,"code":…,"phase":…} and the facts.
[[nodiscard]] std::string error_json(const base::error& failure);

}  // namespace gangway::cli
