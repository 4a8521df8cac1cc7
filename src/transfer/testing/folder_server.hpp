#pragma once
/// For tests: an SFTP server in memory with folders and times, behind a byte channel. Its messages are put together
/// here from the draft's numbers, not by the product's encoder.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gangway::transfer::testing {

/// Outlives the channel.
struct folder_server {
    static constexpr std::uint32_t regular = 0100644, folder = 040755, link = 0120777;

    struct node {
        std::uint32_t mode = regular;
        std::string content{};
        std::uint32_t mtime = 1'000'000'000;
        std::string target{};  ///< of a link, for REALPATH
    };
    std::map<std::string, node> nodes{};  ///< by absolute path
    bool tells_times = true;
    bool lists_sizes = true;               ///< otherwise attributes in listings are empty
    std::size_t most_at_once = 1U << 18U;  ///< octets of one answer to READ
    std::set<std::string> refused{};       ///< every request that names one of these fails
    std::set<std::string> listed_also{};   ///< names that every folder seems to have as well
    /// Called with "OPEN /in/a" and the like before each answer; false: the connection is lost in its place.
    std::function<bool(const std::string& request)> before{};
    std::vector<std::string> log{};

    void add_folder(const std::string& path) { nodes[path] = {.mode = folder}; }
    void add(const std::string& path, std::string content, std::uint32_t mtime = 1'000'000'000) {
        nodes[path] = {.content = std::move(content), .mtime = mtime};
    }
    [[nodiscard]] std::size_t count(const std::string& beginning) const {
        std::size_t found = 0;
        for (const auto& line : log)
            found += line.starts_with(beginning) ? 1 : 0;
        return found;
    }

    /// The body of the answer; nothing: the connection is lost.
    std::optional<std::string> answer(std::string_view frame) {
        base::byte_reader in{frame};
        const auto type = in.u8();
        if (type == 1) return version();
        const auto id = in.u32();
        const std::string first{in.string()};
        log.push_back(std::string{name_of(type)} + " " + first);
        if (before && !before(log.back())) return std::nullopt;
        if (refused.contains(first)) return status(id, 3);
        switch (type) {
            case 3:
                return opened(id, first);
            case 4:
                return status(id, 0);
            case 5:
                return data(id, first, in);
            case 7:
            case 8:
            case 17:
                return looked(id, first);
            case 11:
                if (!nodes.contains(first) || nodes[first].mode != folder) return status(id, 2);
                listed_.erase(first);
                return handle(id, first);
            case 12:
                return names(id, first);
            case 13:
                return status(id, nodes.erase(first) == 1 ? 0 : 2);
            case 14:
                if (nodes.contains(first)) return status(id, 4);
                add_folder(first);
                return status(id, 0);
            case 16:
                return real(id, first);
            case 18:
                return renamed(id, first, std::string{in.string()});
            default:
                return status(id, 8);
        }
    }

  private:
    static std::string_view name_of(std::uint8_t type) {
        static const std::map<std::uint8_t, std::string_view> names{
            {3, "OPEN"},     {4, "CLOSE"},   {5, "READ"},   {7, "LSTAT"}, {8, "FSTAT"},     {11, "OPENDIR"},
            {12, "READDIR"}, {13, "REMOVE"}, {14, "MKDIR"}, {17, "STAT"}, {16, "REALPATH"}, {18, "RENAME"}};
        const auto found = names.find(type);
        return found == names.end() ? "OTHER" : found->second;
    }
    static std::string version() {
        std::string body;
        base::byte_writer out{body};
        out.u8(2);
        out.u32(3);
        return body;
    }
    static std::string status(std::uint32_t id, std::uint32_t code) {
        std::string body;
        base::byte_writer out{body};
        out.u8(101);
        out.u32(id);
        out.u32(code);
        out.string("text");
        out.string("");
        return body;
    }
    static std::string handle(std::uint32_t id, const std::string& path) {
        std::string body;
        base::byte_writer out{body};
        out.u8(102);
        out.u32(id);
        out.string(path);
        return body;
    }
    void attributes(base::byte_writer& out, const node& of) const {
        out.u32(1U | 4U | (tells_times ? 8U : 0U));
        out.u64(of.content.size());
        out.u32(of.mode);
        if (!tells_times) return;
        out.u32(of.mtime);
        out.u32(of.mtime);
    }
    // A file's handle is its path.
    std::string opened(std::uint32_t id, const std::string& path) {
        return nodes.contains(path) ? handle(id, path) : status(id, 2);
    }
    std::string data(std::uint32_t id, const std::string& path, base::byte_reader& in) {
        const auto offset = in.u64();
        const auto length = in.u32();
        const auto& content = nodes[path].content;
        if (offset >= content.size()) return status(id, 1);
        std::string body;
        base::byte_writer out{body};
        out.u8(103);
        out.u32(id);
        out.string(std::string_view{content}.substr(offset, std::min<std::size_t>(length, most_at_once)));
        return body;
    }
    std::string looked(std::uint32_t id, const std::string& path) {
        const auto found = nodes.find(path);
        if (found == nodes.end()) return status(id, 2);
        std::string body;
        base::byte_writer out{body};
        out.u8(105);
        out.u32(id);
        attributes(out, found->second);
        return body;
    }
    /// Up to a thousand names that have not been given out since OPENDIR.
    std::string names(std::uint32_t id, const std::string& path) {
        constexpr std::size_t most = 1000;
        std::vector<std::pair<std::string, const node*>> entries;
        const auto beginning = path == "/" ? path : path + "/";
        auto& last = listed_[path];
        auto at = last.empty() ? nodes.lower_bound(beginning) : nodes.upper_bound(last);
        if (last.empty())
            for (const auto& name : listed_also)
                entries.emplace_back(name, &plain_);
        for (; at != nodes.end() && at->first.starts_with(beginning) && entries.size() < most; ++at) {
            last = at->first;
            if (auto name = at->first.substr(beginning.size()); !name.empty() && !name.contains('/'))
                entries.emplace_back(std::move(name), &at->second);
        }
        if (entries.empty()) return status(id, 1);
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(id);
        out.u32(static_cast<std::uint32_t>(entries.size()));
        for (const auto& [name, what] : entries) {
            out.string(name);
            out.string("long name");
            lists_sizes ? attributes(out, *what) : out.u32(0);
        }
        return body;
    }
    std::string real(std::uint32_t id, const std::string& path) {
        const auto found = nodes.find(path);
        if (found == nodes.end()) return status(id, 2);
        std::string body;
        base::byte_writer out{body};
        out.u8(104);
        out.u32(id);
        out.u32(1);
        out.string(found->second.target.empty() ? path : found->second.target);
        out.string("");
        out.u32(0);
        return body;
    }
    std::string renamed(std::uint32_t id, const std::string& from, const std::string& to) {
        if (!nodes.contains(from) || refused.contains(to)) return status(id, 3);
        if (nodes.contains(to)) return status(id, 4);
        nodes[to] = std::move(nodes[from]);
        nodes.erase(from);
        return status(id, 0);
    }

    std::map<std::string, std::string> listed_{};  ///< by folder: the last path that was given out
    node plain_{};
};

/// The channel to a `folder_server`. Everything that came in one piece is answered in one piece, later.
class folder_channel final : public net::byte_channel {
  public:
    folder_channel(net::asio::any_io_executor executor, folder_server& server)
        : executor_(std::move(executor)), server_(server) {}
    folder_channel(const folder_channel&) = delete;
    folder_channel& operator=(const folder_channel&) = delete;
    ~folder_channel() override { *listener_ = nullptr; }

    [[nodiscard]] net::asio::any_io_executor executor() const override { return executor_; }
    void listen(net::channel_listener& listener) override { *listener_ = &listener; }
    std::size_t write(std::string_view octets) override {
        input_.append(octets);
        std::string output;
        std::size_t at = 0;
        const bool was_lost = lost_;
        while (!lost_ && input_.size() - at >= 4) {
            base::byte_reader in{std::string_view{input_}.substr(at)};
            const std::string frame{in.string()};
            if (!in.ok()) break;
            at += frame.size() + 4;
            const auto body = server_.answer(frame);
            if (!body)
                lost_ = true;
            else
                base::byte_writer{output}.string(*body);
        }
        input_.erase(0, at);
        net::asio::post(executor_, [listener = listener_, output = std::move(output), lost = lost_ && !was_lost] {
            if (*listener != nullptr && !output.empty()) (*listener)->received(output);
            if (*listener != nullptr && lost)
                (*listener)->closed({net::errc::connection_lost, base::phase::sftp, "the connection was lost"});
        });
        return octets.size();
    }

  private:
    net::asio::any_io_executor executor_;
    folder_server& server_;
    std::string input_{};
    bool lost_ = false;
    std::shared_ptr<net::channel_listener*> listener_ = std::make_shared<net::channel_listener*>(nullptr);
};

}  // namespace gangway::transfer::testing
