#pragma once
/// A path on an SFTP server. Servers know octets, not text: two names that look alike may differ.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>

namespace gangway::model {

class remote_path {
  public:
    static constexpr std::size_t longest = 4096;  ///< octets

    /// Any 1 to 4096 octets but NUL. Nothing is normalised: the server sees exactly these octets.
    [[nodiscard]] static base::result<remote_path> parse(std::string octets, std::string_view field = "path");

    [[nodiscard]] const std::string& octets() const noexcept { return octets_; }
    /// The folder that holds the last component: "." for a plain name, "/" for a name in the root.
    [[nodiscard]] remote_path parent() const;
    /// The last component, without trailing slashes; empty for "/".
    [[nodiscard]] std::string_view name() const noexcept;
    /// This path, a slash where there is none, and `name`. Fails if the whole is longer than allowed.
    [[nodiscard]] base::result<remote_path> child(std::string_view name) const;

    friend bool operator==(const remote_path&, const remote_path&) = default;

  private:
    explicit remote_path(std::string octets) : octets_(std::move(octets)) {}

    std::string octets_;
};

/// Whether `name` can be one entry of a folder: not empty, no slash, no NUL, not "." or "..". A server that lists
/// anything else is wrong or hostile.
[[nodiscard]] bool is_entry_name(std::string_view name) noexcept;

}  // namespace gangway::model
