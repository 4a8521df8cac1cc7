#pragma once
/// For tests: a memory server whose files and folders really go away.

#include "tree_server.hpp"

#include <map>
#include <string>
#include <vector>

namespace gangway::net::testing {

constexpr std::uint32_t file_mode = 0100644, folder_mode = 040755, link_mode = 0120777;

/// `things` are paths and their modes. READDIR gives `batch` names at a time of what is there when OPENDIR comes.
struct removable_server : memory_server {
    std::map<std::string, std::uint32_t> things{};
    std::map<std::string, std::uint32_t> refused{};  ///< path, and the status that REMOVE, RMDIR and OPENDIR get
    std::size_t batch = 50;
    bool tells_types = true;                                 ///< in READDIR
    std::function<void(const std::string& path)> opening{};  ///< before a folder is listed
    std::function<void(const std::string& path)> closing{};  ///< before a folder is removed

    removable_server() {
        instead = [this](const wire_request& request) { return special(request); };
    }
    void add(const std::string& path, std::uint32_t mode = file_mode) { things[path] = mode; }
    [[nodiscard]] std::vector<std::string> left() const {
        std::vector<std::string> paths;
        for (const auto& [path, mode] : things)
            paths.push_back(path);
        return paths;
    }

  private:
    static bool lies_in(const std::string& path, const std::string& folder) {
        return path.starts_with(folder + "/") && path.find('/', folder.size() + 1) == std::string::npos;
    }
    std::optional<std::string> special(const wire_request& request) {
        base::byte_reader in{request.rest};
        const std::string path{in.string()};
        switch (request.type) {
            case wire::lstat:
                return looked(request.id, path);
            case 11:
                return opened(request.id, path);
            case 12:
                return listed_next(request.id, path);
            case wire::remove:
                return removed(request.id, path, false);
            case 15:
                if (closing) closing(path);
                return removed(request.id, path, true);
            default:
                return std::nullopt;
        }
    }
    std::string looked(std::uint32_t id, const std::string& path) {
        const auto found = things.find(path);
        return found == things.end() ? wire::status(id, 2) : wire::attrs(id, 1, found->second);
    }
    std::string opened(std::uint32_t id, const std::string& path) {
        if (opening) opening(path);
        const auto found = things.find(path);
        if (found == things.end()) return wire::status(id, 2);
        if (const auto no = refused.find("list " + path); no != refused.end()) return wire::status(id, no->second);
        auto& names = listings_[path];
        names.clear();
        for (const auto& [other, mode] : things)
            if (lies_in(other, path)) names.push_back({other.substr(path.size() + 1), mode});
        return wire::handle(id, path);
    }
    std::string listed_next(std::uint32_t id, const std::string& path) {
        auto& names = listings_[path];
        if (names.empty()) return wire::status(id, 1, "End of file");
        const auto count = std::min(batch, names.size());
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(id);
        out.u32(static_cast<std::uint32_t>(count));
        for (std::size_t i = 0; i < count; ++i) {
            out.string(names[i].first);
            out.string("long name");
            out.u32(tells_types ? 4 : 0);
            if (tells_types) out.u32(names[i].second);
        }
        names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count));
        return body;
    }
    std::string removed(std::uint32_t id, const std::string& path, bool folder) {
        const auto found = things.find(path);
        if (found == things.end()) return wire::status(id, 2, "No such file");
        if (const auto no = refused.find(path); no != refused.end()) return wire::status(id, no->second, "refused");
        if (folder != ((found->second & 0170000) == 040000)) return wire::status(id, 4, "Failure");
        if (folder && std::ranges::any_of(things, [&](const auto& other) { return lies_in(other.first, path); }))
            return wire::status(id, 4, "Failure");
        things.erase(found);
        return wire::status(id, 0);
    }

    std::map<std::string, std::vector<std::pair<std::string, std::uint32_t>>> listings_{};
};

}  // namespace gangway::net::testing
