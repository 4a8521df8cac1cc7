#pragma once
/// For tests: a memory server that renames and removes, and knows copy-data and check-file.

#include "tree_server.hpp"

namespace gangway::net::testing {

/// RENAME refuses an existing target, posix-rename replaces it. `extension` may answer an extension in its place; it
/// gets the extension's name and what follows it.
struct renaming_server : memory_server {
    std::function<std::optional<std::string>(std::uint32_t id, const std::string& name, base::byte_reader& in)>
        extension{};
    std::function<std::optional<std::string>(const wire_request&)> before{};  ///< may answer anything in its place

    renaming_server() {
        instead = [this](const wire_request& request) { return special(request); };
    }

    /// The octets that a copy-data asks for, copied; for `extension`.
    [[nodiscard]] std::string copied(std::uint32_t id, base::byte_reader& in) {
        const auto& source = files[std::string{in.string()}].content;
        const auto offset = in.u64();
        const auto length = in.u64();
        auto& target = files[std::string{in.string()}].content;
        const auto to = in.u64();
        if (offset + length > source.size()) return wire::status(id, 1, "End of file");
        const auto octets = source.substr(offset, length);
        target.resize(std::max<std::size_t>(target.size(), to + octets.size()));
        target.replace(to, octets.size(), octets);
        return wire::status(id, 0);
    }
    /// The content of everything whose name is not temporary; and whether anything temporary is there.
    [[nodiscard]] std::size_t temporaries() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            files, [](const auto& file) { return file.first.find(".gangway-") != std::string::npos; }));
    }

  private:
    std::optional<std::string> special(const wire_request& request) {
        if (before)
            if (auto body = before(request)) return body;
        base::byte_reader in{request.rest};
        const std::string first{in.string()};
        switch (request.type) {
            case wire::remove:
                return wire::status(request.id, files.erase(first) != 0 ? 0 : 2);
            case wire::rename:
                return renamed(request.id, first, std::string{in.string()}, false);
            case 200:
                if (extension)
                    if (auto body = extension(request.id, first, in)) return body;
                if (first == "copy-data") return copied(request.id, in);
                if (first != "posix-rename@openssh.com") return std::nullopt;
                return posix_renamed(request.id, in);
            default:
                return std::nullopt;
        }
    }
    std::string posix_renamed(std::uint32_t id, base::byte_reader& in) {
        const std::string from{in.string()};
        return renamed(id, from, std::string{in.string()}, true);
    }
    std::string renamed(std::uint32_t id, const std::string& from, const std::string& to, bool replace) {
        if (!files.contains(from)) return wire::status(id, 2, "No such file");
        if (files.contains(to) && !replace) return wire::status(id, 4, "Failure");
        auto moved = std::move(files[from]);
        files.erase(from);
        files[to] = std::move(moved);
        return wire::status(id, 0);
    }
};

}  // namespace gangway::net::testing
