#pragma once
/// For tests: an SFTP server in memory behind a byte channel. Its messages are put together here from the draft's
/// numbers, not by the product's encoder.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/net/byte_channel.hpp>

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

namespace gangway::net::testing {

/// One request as it came: `rest` is what follows the id.
struct wire_request {
    std::uint8_t type;
    std::uint32_t id;
    std::string rest;
};

namespace wire {

enum : std::uint8_t { open = 3, close, read, write, lstat, fstat, setstat, fsetstat, remove = 13, stat = 17, rename };

inline std::string status(std::uint32_t id, std::uint32_t code, std::string_view text = "text") {
    std::string body;
    base::byte_writer out{body};
    out.u8(101);
    out.u32(id);
    out.u32(code);
    out.string(text);
    out.string("");
    return body;
}
inline std::string handle(std::uint32_t id, std::string_view name) {
    std::string body;
    base::byte_writer out{body};
    out.u8(102);
    out.u32(id);
    out.string(name);
    return body;
}
inline std::string data(std::uint32_t id, std::string_view octets) {
    std::string body;
    base::byte_writer out{body};
    out.u8(103);
    out.u32(id);
    out.string(octets);
    return body;
}
/// Size and mode; either may be left out.
inline std::string attrs(std::uint32_t id, std::optional<std::uint64_t> size, std::optional<std::uint32_t> mode) {
    std::string body;
    base::byte_writer out{body};
    out.u8(105);
    out.u32(id);
    out.u32((size ? 1U : 0U) | (mode ? 4U : 0U));
    if (size) out.u64(*size);
    if (mode) out.u32(*mode);
    return body;
}

}  // namespace wire

/// What the server is, and what happened to it. Outlives the channel.
struct memory_server {
    struct file {
        std::string content{};
        std::uint32_t mode = 0100644;
    };

    std::map<std::string, file> files{};
    std::set<std::string> folders{};
    std::vector<std::pair<std::string, std::string>> extensions{};  ///< of VERSION
    std::uint64_t largest_transfer = 0;  ///< told through limits@openssh.com if that is among the extensions
    bool answers_backwards = false;      ///< the requests that came together are answered from the last to the first
    bool silent = false;                 ///< requests are taken and not answered
    /// Answers in the server's place; nothing leaves it to the server. An empty body is no answer.
    std::function<std::optional<std::string>(const wire_request&)> instead{};

    std::vector<std::string> log{};  ///< "OPEN /a flags", "READ offset length", "WRITE offset length", "CLOSE /a", …
    [[nodiscard]] std::size_t count(std::string_view beginning) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(log, [&](const auto& line) { return line.starts_with(beginning); }));
    }

    /// The body of the answer; empty if there is none.
    [[nodiscard]] std::string answer(const wire_request& request) {
        note(request);
        if (silent) return {};
        if (instead)
            if (auto body = instead(request)) return *std::move(body);
        base::byte_reader in{request.rest};
        switch (request.type) {
            case wire::open:
                return opened(request.id, in);
            case wire::close:
                return wire::status(request.id, 0);
            case wire::read:
                return data_of(request.id, in);
            case wire::write:
                return written(request.id, in);
            case wire::stat:
            case wire::lstat:
            case wire::fstat:
                return looked(request.id, std::string{in.string()});
            case wire::setstat:
            case wire::fsetstat:
                return mode_set(request.id, in);
            case 200:
                return extended(request.id, in);
            default:
                return wire::status(request.id, 8);
        }
    }

  private:
    void note(const wire_request& request) {
        static const std::map<std::uint8_t, std::string> names{
            {wire::open, "OPEN"},   {wire::close, "CLOSE"}, {wire::read, "READ"},       {wire::write, "WRITE"},
            {wire::lstat, "LSTAT"}, {wire::fstat, "FSTAT"}, {wire::setstat, "SETSTAT"}, {wire::fsetstat, "FSETSTAT"},
            {wire::stat, "STAT"},   {200, "EXTENDED"}};
        base::byte_reader in{request.rest};
        const auto found = names.find(request.type);
        auto line = found == names.end() ? "TYPE_" + std::to_string(request.type) : found->second;
        const std::string first{in.string()};
        if (request.type == wire::open) {
            line += " " + first + " " + std::to_string(in.u32());
        } else if (request.type == wire::read) {
            line += " " + std::to_string(in.u64());
            line += " " + std::to_string(in.u32());
        } else if (request.type == wire::write) {
            line += " " + std::to_string(in.u64());
            line += " " + std::to_string(in.string().size());
        } else {
            line += " " + first;
        }
        log.push_back(std::move(line));
    }

    // A file's handle is its path.
    std::string opened(std::uint32_t id, base::byte_reader& in) {
        const std::string path{in.string()};
        const auto flags = in.u32();
        const bool there = files.contains(path);
        if (folders.contains(path)) return wire::status(id, 4, "Failure");
        if (!there && (flags & 8) == 0) return wire::status(id, 2, "No such file");
        if (there && (flags & 0x20) != 0) return wire::status(id, 4, "Failure");
        auto& file = files[path];
        if ((flags & 0x10) != 0) file.content.clear();
        if (!there && (in.u32() & 4) != 0) file.mode = 0100000 | in.u32();
        return wire::handle(id, path);
    }
    std::string data_of(std::uint32_t id, base::byte_reader& in) {
        const auto& content = files[std::string{in.string()}].content;
        const auto offset = in.u64();
        const auto length = in.u32();
        return offset >= content.size() ? wire::status(id, 1, "End of file")
                                        : wire::data(id, std::string_view{content}.substr(offset, length));
    }
    std::string written(std::uint32_t id, base::byte_reader& in) {
        auto& content = files[std::string{in.string()}].content;
        const auto offset = in.u64();
        const auto octets = in.string();
        content.resize(std::max<std::size_t>(content.size(), offset + octets.size()));
        content.replace(offset, octets.size(), octets);
        return wire::status(id, 0);
    }
    std::string looked(std::uint32_t id, const std::string& path) {
        if (folders.contains(path)) return wire::attrs(id, 4096, 040755);
        const auto found = files.find(path);
        if (found == files.end()) return wire::status(id, 2, "No such file");
        return wire::attrs(id, found->second.content.size(), found->second.mode);
    }
    std::string mode_set(std::uint32_t id, base::byte_reader& in) {
        auto& file = files[std::string{in.string()}];
        if (in.u32() == 4) file.mode = 0100000 | in.u32();
        return wire::status(id, 0);
    }
    std::string extended(std::uint32_t id, base::byte_reader& in) {
        if (in.string() != "limits@openssh.com") return wire::status(id, 0);
        std::string body;
        base::byte_writer out{body};
        out.u8(201);
        out.u32(id);
        for (const auto value : {std::uint64_t{262144}, largest_transfer, largest_transfer, std::uint64_t{0}})
            out.u64(value);
        return body;
    }
};

/// The channel to a `memory_server`. What came in one piece is answered in one piece, later.
class memory_channel final : public byte_channel {
  public:
    memory_channel(asio::any_io_executor executor, memory_server& server)
        : executor_(std::move(executor)), server_(server) {}
    [[nodiscard]] asio::any_io_executor executor() const override { return executor_; }
    void listen(channel_listener& listener) override { *listener_ = &listener; }
    std::size_t write(std::string_view octets) override {
        input_.append(octets);
        std::vector<std::string> answers;
        while (auto frame = next_frame())
            answers.push_back(answer(*frame));
        if (server_.answers_backwards) std::ranges::reverse(answers);
        std::string output;
        for (const auto& body : answers)
            if (!body.empty()) base::byte_writer{output}.string(body);
        if (!output.empty())
            asio::post(executor_, [listener = listener_, output = std::move(output)] {
                if (*listener != nullptr) (*listener)->received(output);
            });
        return octets.size();
    }
    ~memory_channel() override { *listener_ = nullptr; }
    memory_channel(const memory_channel&) = delete;
    memory_channel& operator=(const memory_channel&) = delete;

  private:
    std::optional<std::string> next_frame() {
        base::byte_reader in{input_};
        std::string frame{in.string()};
        if (!in.ok()) return std::nullopt;
        input_.erase(0, frame.size() + 4);
        return frame;
    }
    std::string answer(const std::string& frame) {
        base::byte_reader in{frame};
        const auto type = in.u8();
        const auto id = in.u32();
        if (type != 1) return server_.answer({type, id, std::string{in.rest()}});
        std::string version;
        base::byte_writer out{version};
        out.u8(2);
        out.u32(3);
        for (const auto& [name, data] : server_.extensions) {
            out.string(name);
            out.string(data);
        }
        return version;
    }

    asio::any_io_executor executor_;
    memory_server& server_;
    std::string input_{};
    std::shared_ptr<channel_listener*> listener_ = std::make_shared<channel_listener*>(nullptr);
};

}  // namespace gangway::net::testing
