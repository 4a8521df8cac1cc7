#pragma once
/// The line each side begins with (RFC 4253 section 4.2).

#include <gangway/base/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::ssh {

/// Looks for the server's identification line. Octets that it has taken need not be shown again.
class identification_scanner {
  public:
    static constexpr std::size_t line_limit = 255;    ///< with the line end
    static constexpr std::size_t lines_limit = 64;    ///< before the identification
    static constexpr std::size_t total_limit = 8192;  ///< octets before the identification

    /// The identification without its line end, or nothing while it is not whole. `used` is how many octets at the
    /// front are done with. Error: `not_ssh`.
    [[nodiscard]] base::result<std::optional<std::string>> scan(std::string_view octets, std::size_t& used);

  private:
    std::size_t lines_ = 0;
    std::size_t total_ = 0;
};

/// "SSH-2.0-<software>", with CR LF where it is sent.
[[nodiscard]] std::string our_identification(std::string_view software);

}  // namespace gangway::ssh
