#include "local_place.hpp"

#include <gangway/api/errors.hpp>
#include <gangway/base/escape.hpp>
#include <gangway/base/utf8.hpp>
#include <gangway/sink/errors.hpp>

#include <algorithm>
#include <system_error>

namespace gangway::api {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_path = 1024;

std::unexpected<base::error> refuse_folder(std::string message) {
    return std::unexpected(refusal(errc::bad_request, std::move(message)).with("field", "destination.folder"));
}

bool is_beneath(const fs::path& inner, const fs::path& outer) {
    const auto [rest, end] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
    return rest == outer.end() && end != inner.end();
}

/// No "..", no ".", nothing of our own, nothing that text cannot show.
bool is_plain(const fs::path& path) {
    const auto& text = path.native();
    if (text.empty() || text.size() > longest_path || !base::is_utf8(text)) return false;
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        return false;
    return std::ranges::none_of(path.relative_path(), [](const fs::path& part) {
        return part.empty() || part == "." || part == ".." || part.native().starts_with(".gangway");
    });
}

/// `wanted` with all links followed, if that is beneath `root`.
base::result<fs::path> resolved(const fs::path& wanted, const fs::path& root) {
    std::error_code failure;
    const auto outer = fs::weakly_canonical(root, failure);
    auto inner = failure ? fs::path{} : fs::weakly_canonical(wanted, failure);
    if (failure) return std::unexpected(sink::system_failure("look at the folder", failure.value()));
    if (!is_beneath(inner, outer)) return refuse_folder("A link on the way to the folder leads out of where it may be");
    return inner;
}

}  // namespace

base::result<fs::path> make_local_place(const fs::path& given, std::span<const fs::path> roots) {
    if (roots.empty()) return refuse_folder("This gateway puts files into no local folder");
    if (!is_plain(given))
        return refuse_folder("A folder is written without \"..\" and control characters, and without slash at its end");
    const auto wanted = given.is_absolute() ? given : roots.front() / given;
    const auto root =
        std::ranges::find_if(roots, [&](const fs::path& each) { return is_beneath(wanted, each.lexically_normal()); });
    if (root == roots.end())
        return refuse_folder("A local folder lies beneath one of the folders that the setting pull_roots names");
    if (auto before = resolved(wanted, *root); !before) return before;
    std::error_code failure;
    fs::create_directories(wanted, failure);
    if (failure)
        return std::unexpected(
            sink::system_failure("make the folder " + base::escape(wanted.native()), failure.value()));
    auto made = resolved(wanted, *root);
    if (made && !base::is_utf8(made->native())) return refuse_folder("The folder's whole path is not UTF-8");
    return made;
}

}  // namespace gangway::api
