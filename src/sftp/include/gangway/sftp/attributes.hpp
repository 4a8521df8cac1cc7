#pragma once
/// ATTRS: what a server tells about a file, and what it is asked to set (draft section 5).

#include <gangway/sftp/fields.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gangway::sftp {

/// A field that was not sent, or shall not be sent, is absent. A request with one half of a pair that comes together is
/// refused as `errc::incomplete_attributes`: the other half has no value that would leave it as it is.
///
/// `extended` pairs are checked and skipped, never kept: no version 3 server gives them a meaning, and kept they would
/// let a listing multiply in memory. Unknown flag bits are ignored, as all clients do; if they announced fields, the
/// message has octets left over and is refused.
struct attributes {
    std::optional<std::uint64_t> size{};
    std::optional<std::uint32_t> uid{};          ///< comes and goes with `gid`
    std::optional<std::uint32_t> gid{};          ///< comes and goes with `uid`
    std::optional<std::uint32_t> permissions{};  ///< st_mode: type bits and twelve permission bits
    std::optional<std::uint32_t> atime{};        ///< seconds since 1970, unsigned; comes and goes with `mtime`
    std::optional<std::uint32_t> mtime{};        ///< seconds since 1970, unsigned; comes and goes with `atime`

    /// Whether the server told the file's type; if it did not, the three below are false.
    [[nodiscard]] bool type_known() const noexcept;
    [[nodiscard]] bool is_directory() const noexcept;
    [[nodiscard]] bool is_symlink() const noexcept;
    [[nodiscard]] bool is_regular() const noexcept;

    constexpr void fields(this auto& self, auto& codec) {
        std::uint32_t flags = self.flags();
        codec(flags);
        codec(field::when{(flags & has_size) != 0, self.size},                //
              field::when{(flags & has_owner) != 0, self.uid},                //
              field::when{(flags & has_owner) != 0, self.gid},                //
              field::when{(flags & has_permissions) != 0, self.permissions},  //
              field::when{(flags & has_times) != 0, self.atime},              //
              field::when{(flags & has_times) != 0, self.mtime},              //
              field::ignored_pairs{(flags & has_extended) != 0});
    }
    friend bool operator==(const attributes&, const attributes&) = default;

  private:
    static constexpr std::uint32_t has_size = 0x1, has_owner = 0x2, has_permissions = 0x4, has_times = 0x8,
                                   has_extended = 0x80000000;

    [[nodiscard]] constexpr std::uint32_t flags() const noexcept {
        return (size ? has_size : 0) | (uid || gid ? has_owner : 0) | (permissions ? has_permissions : 0) |
               (atime || mtime ? has_times : 0);
    }
};

/// "drwxr-xr-x": the type as d, l or - (for everything else), then plain rwx three times; set-id and sticky bits do
/// not show.
[[nodiscard]] std::string permission_string(std::uint32_t mode);

}  // namespace gangway::sftp
