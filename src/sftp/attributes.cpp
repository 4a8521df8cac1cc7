#include <gangway/sftp/attributes.hpp>

namespace gangway::sftp {
namespace {

// st_mode's type bits as all servers send them; the draft refers to POSIX, which leaves the numbers open.
constexpr std::uint32_t type_mask = 0170000;
constexpr std::uint32_t directory = 0040000;
constexpr std::uint32_t symlink = 0120000;
constexpr std::uint32_t regular = 0100000;

bool is(std::optional<std::uint32_t> permissions, std::uint32_t type) noexcept {
    return permissions && (*permissions & type_mask) == type;
}

char type_letter(std::uint32_t mode) noexcept {
    if (is(mode, directory)) return 'd';
    if (is(mode, symlink)) return 'l';
    return '-';
}

}  // namespace

bool attributes::type_known() const noexcept {
    return permissions && (*permissions & type_mask) != 0;
}
bool attributes::is_directory() const noexcept {
    return is(permissions, directory);
}
bool attributes::is_symlink() const noexcept {
    return is(permissions, symlink);
}
bool attributes::is_regular() const noexcept {
    return is(permissions, regular);
}

std::string permission_string(std::uint32_t mode) {
    std::string text(1, type_letter(mode));
    for (int bit = 8; bit >= 0; --bit)
        text += (mode >> bit & 1) != 0 ? "xwr"[bit % 3] : '-';
    return text;
}

}  // namespace gangway::sftp
