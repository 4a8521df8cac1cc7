#include "zip_names.hpp"

#include <gangway/base/escape.hpp>

#include <algorithm>

namespace gangway::archive {
namespace {

/// Each component is a name: not empty, "." or "..", and without NUL.
bool is_relative(std::string_view path) {
    if (path.empty() || path.size() > zip_names::longest || path.contains('\0')) return false;
    for (;;) {
        const auto slash = path.find('/');
        const auto component = path.substr(0, slash);
        if (component.empty() || component == "." || component == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

base::result<void> zip_names::add(std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return refused(errc::unsafe_name, "its entry " + base::escape(name) + " " + std::string{why});
    };
    const bool is_folder = name.ends_with('/');
    const auto path = is_folder ? name.substr(0, name.size() - 1) : name;
    // Where a backslash is a separator, what it stands in is another path.
    const auto leads_out = [](std::string_view text) {
        return text.starts_with('\\') || text.starts_with("..\\") || text.contains("\\..\\") || text.ends_with("\\..");
    };
    if (!is_relative(path) || leads_out(path)) return refuse("leads out of the archive, or is no name");
    const std::string own{path};
    const bool is_new = is_folder ? told_.insert(own).second : files_.insert(own).second;
    if (!is_new) return refuse("is there twice");
    if (is_folder ? files_.contains(own) : folders_.contains(own)) return refuse("is a file and a folder");
    if (is_folder) folders_.insert(own);
    for (auto slash = path.rfind('/'); slash != std::string_view::npos; slash = path.rfind('/', slash - 1)) {
        std::string above{path.substr(0, slash)};
        if (files_.contains(above)) return refuse("lies in a file");
        if (!folders_.insert(std::move(above)).second) break;
    }
    return {};
}

}  // namespace gangway::archive
