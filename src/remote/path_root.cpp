#include <gangway/base/escape.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/remote/path_root.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace gangway::remote {
namespace {

std::unexpected<base::error> outside(std::string_view path, std::string_view field) {
    return std::unexpected(
        base::error{errc::outside_root, base::phase::request,
                    "\"" + base::escape(path) + "\" leads out of the folder that this connection is confined to"}
            .with("field", std::string{field}));
}

/// Calls `take(segment)` for each segment that is not empty and not "."; ends when that returns false.
bool each_segment(std::string_view path, auto take) {
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
        if (!segment.empty() && segment != "." && !take(segment)) return false;
    }
    return true;
}

/// Whether a path goes down only: what REALPATH says and goes up on the way has not been resolved.
bool is_resolved(std::string_view path) {
    return each_segment(path, [](std::string_view segment) { return segment != ".."; });
}

bool is_beneath(std::string_view root, std::string_view path) noexcept {
    if (root == "/") return path.starts_with('/');
    return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

/// The path itself, then the folders above it as far as the root.
std::vector<std::string> up_to_root(std::string_view root, std::string_view path) {
    std::vector<std::string> all;
    while (path.size() > root.size()) {
        all.emplace_back(path);
        path = path.substr(0, path.rfind('/'));
    }
    all.emplace_back(root);
    return all;
}

/// What the server says about one path under the root.
struct answers {
    std::optional<std::string> real{};  ///< REALPATH, if it was answered
    bool exists = false;                ///< LSTAT was answered
    bool is_link = false;
};

base::result<answers> combine(const base::result<sftp::reply>& real, const base::result<sftp::reply>& status) {
    if (!real) return std::unexpected(real.error());
    if (!status) return std::unexpected(status.error());
    answers found;
    if (const auto path = real->as<sftp::path_reply>()) found.real = std::string{path->path};
    if (const auto about = status->as<sftp::attrs_reply>()) {
        found.exists = true;
        found.is_link = about->attrs.is_symlink();
    }
    return found;
}

/// REALPATH and LSTAT of each path, all at once.
net::async_result<std::vector<answers>> ask_about(net::sftp_client& client, const std::vector<std::string>& paths) {
    net::call_pipeline calls{client};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        auto started = calls.start(sftp::realpath_request{.path = paths[i]}, 2 * i);
        if (started) started = calls.start(sftp::lstat_request{.path = paths[i]}, 2 * i + 1);
        if (!started) co_return std::unexpected(started.error());
    }
    std::vector<std::optional<base::result<sftp::reply>>> replies(2 * paths.size());
    while (calls.outstanding() != 0) {
        auto done = co_await calls.next();
        replies[static_cast<std::size_t>(done.tag)].emplace(std::move(done.answer));
    }
    std::vector<answers> all;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        auto each = combine(*replies[2 * i], *replies[2 * i + 1]);
        if (!each) co_return std::unexpected(std::move(each.error()));
        all.push_back(std::move(*each));
    }
    co_return all;
}

/// `chain` as of `up_to_root`, and what was said about each of it.
bool stays_beneath(const std::vector<std::string>& chain, const std::vector<answers>& found) {
    const auto& real_root = found.back().real;
    if (!real_root || !real_root->starts_with('/')) return false;
    // A link whose target is missing is there for LSTAT, and what would be made through it lies where it leads.
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        if (found[i].real && !(is_beneath(*real_root, *found[i].real) && is_resolved(*found[i].real))) return false;
        if (!found[i].is_link || !found[i].exists) continue;
        const auto unresolved = *real_root + chain[i].substr(chain.back().size());
        if (!found[i].real || *found[i].real == unresolved || *found[i].real == chain[i]) return false;
    }
    return true;
}

}  // namespace

base::result<std::string> parse_path_root(std::string text, std::string_view field) {
    if (text.empty() || text == "/") return std::string{};
    auto path = model::remote_path::parse(text, field);
    if (!path) return std::unexpected(std::move(path.error()));
    std::string normal;
    const bool plain = text.starts_with('/') && each_segment(text, [&](std::string_view segment) {
                           normal.append("/").append(segment);
                           return segment != "..";
                       });
    if (plain && normal == text) return text;
    return model::invalid(field,
                          "the path root must be an absolute path such as \"/incoming\", without \".\", \"..\", "
                          "doubled slashes or a slash at the end");
}

base::result<model::remote_path> confine(std::string_view root, const model::remote_path& asked,
                                         std::string_view field) {
    if (root.empty()) return asked;
    const std::string_view octets = asked.octets();
    std::string normal;
    const bool forward = each_segment(octets, [&](std::string_view segment) {
        normal.append("/").append(segment);
        return segment != "..";
    });
    if (!forward) return outside(octets, field);
    if (!octets.starts_with('/')) normal.insert(0, root);
    if (!is_beneath(root, normal)) return outside(octets, field);
    auto path = model::remote_path::parse(std::move(normal), field);
    if (!path) return std::unexpected(std::move(path.error()));
    return path;
}

base::result<void> check_link_target(std::string_view root, const model::remote_path& link, std::string_view target,
                                     std::string_view field) {
    if (root.empty()) return {};
    std::vector<std::string_view> at;
    const auto walk = [&](std::string_view segment) {
        if (segment != "..") {
            at.push_back(segment);
            return true;
        }
        if (at.empty()) return false;
        at.pop_back();
        return true;
    };
    const auto parent = link.parent();
    bool inside = target.starts_with('/') || each_segment(parent.octets(), walk);
    inside = inside && each_segment(target, walk);
    std::string led;
    for (const auto segment : at)
        led.append("/").append(segment);
    if (inside && is_beneath(root, led)) return {};
    return outside(target, field);
}

net::async_result<void> check_beneath(net::sftp_client& client, std::string root,
                                      std::span<const model::remote_path> paths) {
    if (root.empty()) co_return base::result<void>{};
    for (const auto& path : paths) {
        const auto chain = up_to_root(root, path.octets());
        const auto found = co_await ask_about(client, chain);
        if (!found) co_return std::unexpected(found.error());
        if (!stays_beneath(chain, *found)) co_return outside(path.octets(), "path");
    }
    co_return base::result<void>{};
}

}  // namespace gangway::remote
