#include <gangway/model/errors.hpp>
#include <gangway/model/remote_path.hpp>

namespace gangway::model {
namespace {

/// Without trailing slashes, but a root keeps one.
std::string_view trimmed(std::string_view octets) noexcept {
    while (octets.size() > 1 && octets.ends_with('/'))
        octets.remove_suffix(1);
    return octets;
}

}  // namespace

base::result<remote_path> remote_path::parse(std::string octets, std::string_view field) {
    if (octets.empty()) return invalid(field, "the path is empty");
    if (octets.size() > longest) return invalid(field, "the path is longer than 4096 octets");
    if (octets.contains('\0')) return invalid(field, "the path contains a NUL octet");
    return remote_path{std::move(octets)};
}

remote_path remote_path::parent() const {
    const auto path = trimmed(octets_);
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return remote_path{"."};
    return remote_path{std::string{trimmed(path.substr(0, slash + 1))}};
}

std::string_view remote_path::name() const noexcept {
    const auto path = trimmed(octets_);
    return path.substr(path.rfind('/') + 1);
}

base::result<remote_path> remote_path::child(std::string_view name) const {
    std::string octets = octets_;
    if (!octets.ends_with('/')) octets += '/';
    return parse(octets.append(name));
}

bool is_entry_name(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && !name.contains('/') && !name.contains('\0');
}

}  // namespace gangway::model
