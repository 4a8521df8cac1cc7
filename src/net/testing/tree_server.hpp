#pragma once
/// For tests: a memory server with folders that can be listed and made.

#include "../memory_server.hpp"
#include "../run_coroutine.hpp"

#include <gangway/net/sftp_client.hpp>

#include <functional>
#include <stdexcept>

namespace gangway::net::testing {

struct listed {
    std::string name;
    std::uint32_t mode = 0100644;
    std::uint64_t size = 0;
};

/// Lists `folders` as they are here, whatever a `memory_server` has. MKDIR makes one unless it is there.
struct tree_server : memory_server {
    std::map<std::string, std::vector<listed>> listings{};
    std::map<std::string, std::uint32_t> modes{};  ///< of what is no file, for LSTAT and STAT
    std::set<std::string> refused{};               ///< every request that names one of these fails
    std::set<std::string> ended{};

    tree_server() {
        instead = [this](const wire_request& request) { return special(request); };
    }

  private:
    static std::string names(std::uint32_t id, const std::vector<listed>& entries) {
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(id);
        out.u32(static_cast<std::uint32_t>(entries.size()));
        for (const auto& entry : entries) {
            out.string(entry.name);
            out.string("long name");
            out.u32(1U | 4U);
            out.u64(entry.size);
            out.u32(entry.mode);
        }
        return body;
    }
    std::string renamed(std::uint32_t id, const std::string& from, const std::string& to, bool replace) {
        if (!files.contains(from) || refused.contains(to)) return wire::status(id, 3, "Permission denied");
        if (!replace && files.contains(to)) return wire::status(id, 4, "Failure");
        files[to] = std::move(files[from]);
        files.erase(from);
        return wire::status(id, 0);
    }
    std::optional<std::string> special(const wire_request& request) {
        base::byte_reader in{request.rest};
        const std::string first{in.string()};
        if (refused.contains(first)) return wire::status(request.id, 3, "Permission denied");
        switch (request.type) {
            case 11:
                ended.erase(first);
                return listings.contains(first) ? wire::handle(request.id, first) : wire::status(request.id, 2);
            case 12:
                if (!ended.insert(first).second) return wire::status(request.id, 1, "End of file");
                return names(request.id, listings[first]);
            case 14:
                if (listings.contains(first) || modes.contains(first)) return wire::status(request.id, 4, "Failure");
                listings[first] = {};
                return wire::status(request.id, 0);
            case wire::remove:
                files.erase(first);
                return wire::status(request.id, 0);
            case wire::rename:
                return renamed(request.id, first, std::string{in.string()}, false);
            case 200:
                if (first != "posix-rename@openssh.com") return std::nullopt;
                return renamed(request.id, std::string{in.string()}, std::string{in.string()}, true);
            case wire::stat:
            case wire::lstat:
                if (const auto other = modes.find(first); other != modes.end())
                    return wire::attrs(request.id, 1, other->second);
                if (listings.contains(first)) return wire::attrs(request.id, 4096, 040755);
                return std::nullopt;
            default:
                return std::nullopt;
        }
    }
};

/// Runs `work` with a client of `server`.
template <class T>
T with_client(memory_server& server, std::function<awaitable<T>(sftp_client&)> work) {
    asio::io_context context{1};
    constexpr auto inside = [](asio::io_context& io, memory_server& far,
                               std::function<awaitable<T>(sftp_client&)> inner) -> awaitable<T> {
        auto client = co_await sftp_client::start(std::make_unique<memory_channel>(io.get_executor(), far),
                                                  std::chrono::hours{1});
        if (!client) throw std::runtime_error{client.error().message};
        co_return co_await inner(**client);
    };
    return run_coroutine(context, inside(context, server, std::move(work)));
}

}  // namespace gangway::net::testing
