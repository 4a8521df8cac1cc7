// GET and HEAD of a file.
#include "byte_range.hpp"
#include "disposition.hpp"
#include "file_call.hpp"
#include "on_session.hpp"
#include "validators.hpp"

#include <gangway/net/await_on.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

/// A file on its way to the client. Belongs to its session's strand.
struct open_file {
    std::unique_ptr<remote::lease> lease;  ///< goes last
    std::unique_ptr<net::file_reader> reader;
    std::string first{};  ///< what was read to see whether there is anything
};

/// What a look at the file decided.
struct looked {
    sftp::attributes about{};
    bool not_modified = false;
    std::optional<byte_range> part{};
    std::optional<std::uint64_t> length{};  ///< of what will be sent; nothing if only its end tells
    on_strand<open_file> file{};            ///< empty if no octet of it is wanted
};

/// The zero of a file that the system makes up, as in /proc, is no size.
bool has_size(const sftp::attributes& about) {
    return about.size.value_or(0) != 0 && (about.is_regular() || !about.type_known());
}

/// OPEN of a pipe would block the server, and so everybody who shares the session.
base::result<void> check_type(const sftp::attributes& about) {
    if (about.is_directory())
        return base::fail(sftp::errc::is_a_directory, base::phase::sftp,
                          "The path is a folder: for its entries, put a slash at the end of the URL");
    if (about.type_known() && !about.is_regular())
        return base::fail(sftp::errc::failure, base::phase::sftp,
                          "The path is neither a file nor a folder, and was not opened");
    return {};
}

base::result<std::optional<byte_range>> wanted_part(const resource_request& request, const sftp::attributes& about) {
    const auto field = request.field("Range");
    if (!field || request.method != "GET" || !about.size || !range_applies(request, about)) return std::nullopt;
    const auto asked = parse_range(*field, *about.size);
    if (const auto* const part = std::get_if<byte_range>(&asked)) return *part;
    if (std::holds_alternative<whole_file>(asked)) return std::nullopt;
    return std::unexpected(refusal(errc::range_not_satisfiable, "The file has no such single range of octets")
                               .with("size", std::to_string(*about.size)));
}

class look_and_open {
  public:
    look_and_open(const resource_request& request, const model::remote_path& path, std::uint64_t most_ahead)
        : request_(request), path_(path), most_ahead_(most_ahead) {}

    net::async_result<looked> operator()(std::unique_ptr<remote::lease> lease) {
        auto& client = lease->client();
        looked found;
        auto about = co_await net::stat(client, path_);
        if (!about) co_return std::unexpected(std::move(about.error()));
        found.about = *about;
        if (auto usual = check_type(*about); !usual) co_return std::unexpected(std::move(usual.error()));
        const auto state = check_conditions(request_, *about);
        if (state == verdict::failed) co_return std::unexpected(condition_failed());
        found.not_modified = state == verdict::not_modified;
        auto part = wanted_part(request_, *about);
        if (!part) co_return std::unexpected(std::move(part.error()));
        found.part = *part;
        if (found.part)
            found.length = found.part->length();
        else if (has_size(*about))
            found.length = about->size;
        if (found.not_modified || request_.method == "HEAD") co_return found;
        co_return co_await opened(std::move(lease), std::move(found));
    }

  private:
    net::async_result<looked> opened(std::unique_ptr<remote::lease> lease, looked found) {
        auto& client = lease->client();
        net::read_range range{.most_ahead = most_ahead_};
        if (found.part) {
            range.offset = found.part->first;
            range.length = found.part->length();
        }
        auto reader = co_await net::file_reader::open(client, path_, range);
        if (!reader) co_return std::unexpected(std::move(reader.error()));
        const auto& now = (*reader)->attributes();
        if (entity_tag(now) != entity_tag(found.about))
            co_return base::fail(sftp::errc::remote_changed, base::phase::sftp, "the file changed while it was opened");
        std::string first;
        if (!found.length) {
            const auto piece = co_await (*reader)->read();
            if (!piece) co_return std::unexpected(piece.error());
            first = *piece;
            if (first.empty()) found.length = 0;
        }
        const auto executor = client.executor();
        co_return looked{
            found.about, found.not_modified, found.part, found.length,
            on_strand<open_file>{executor, std::make_unique<open_file>(std::move(lease), *std::move(reader), first)}};
    }

    const resource_request& request_;
    const model::remote_path& path_;
    std::uint64_t most_ahead_;
};

class file_body final : public streamed_body {
  public:
    file_body(looked found, read_ahead::share ahead, std::shared_ptr<const remote::stored_session> session)
        : length_(found.length), session_(std::move(session)), ahead_(std::move(ahead)), file_(std::move(found.file)) {}

    net::async_result<void> send(body_sink& out) override {
        return net::await_on(file_.executor(), pump(*file_, length_, out));
    }

  private:
    static net::async_result<void> pump(open_file& file, std::optional<std::uint64_t> length, body_sink& out) {
        const auto before = file.reader->attributes();
        if (auto sent = co_await out.write(file.first); !sent) co_return sent;
        for (std::uint64_t total = 0; length != total;) {
            const auto piece = co_await file.reader->read();
            if (!piece) co_return std::unexpected(piece.error());
            if (piece->empty()) break;  // of a known length: the sink finds it missing
            total += piece->size();
            // Before the last octets leave: afterwards nobody would see the failure.
            if (total == length)
                if (auto same = unchanged(before, co_await file.reader->look_again()); !same) co_return same;
            if (auto sent = co_await out.write(*piece); !sent) co_return sent;
        }
        co_return base::result<void>{};
    }
    static base::result<void> unchanged(const sftp::attributes& before, const base::result<sftp::attributes>& after) {
        if (!after && after.error().code != sftp::errc::op_unsupported) return std::unexpected(after.error());
        if (!after || (after->size == before.size && after->mtime == before.mtime)) return {};
        return base::fail(sftp::errc::remote_changed, base::phase::sftp, "the file changed while it was read");
    }

    std::optional<std::uint64_t> length_;
    std::shared_ptr<const remote::stored_session> session_;  ///< in use, so not idle
    read_ahead::share ahead_;
    on_strand<open_file> file_;
};

std::vector<answer_header> headers_of(const looked& found, const model::remote_path& path) {
    // What is kept must be asked about again each time, and nothing of a file is ever shown as a page.
    std::vector<answer_header> headers{{"Cache-Control", "private, no-cache"},
                                       {"Content-Security-Policy", "default-src 'none'; sandbox"}};
    if (auto tag = entity_tag(found.about); !tag.empty()) headers.push_back({"ETag", std::move(tag)});
    if (found.about.mtime) headers.push_back({"Last-Modified", http_date(*found.about.mtime)});
    if (found.not_modified) return headers;
    if (found.about.size) headers.push_back({"Accept-Ranges", "bytes"});
    headers.push_back({"Content-Type", "application/octet-stream"});
    headers.push_back({"Content-Disposition", attachment(path.name())});
    if (found.part)
        headers.push_back(
            {"Content-Range", fmt::format("bytes {}-{}/{}", found.part->first, found.part->last, *found.about.size)});
    return headers;
}

}  // namespace

net::async_result<answer> get_file(file_call& call) {
    auto ahead = call.with.downloads.lend();
    look_and_open work{call.request, call.target.path, ahead.octets()};
    auto found =
        co_await on_session<looked>(call.with.servers, call.where(), call.report, work, repeat::if_only_looking);
    if (!found) co_return std::unexpected(std::move(found.error()));
    answer result{.headers = headers_of(*found, call.target.path)};
    if (found->not_modified) {
        result.status = 304;
        co_return result;
    }
    if (found->part) result.status = 206;
    result.length = found->length;
    if (found->file) result.stream = std::make_unique<file_body>(*std::move(found), std::move(ahead), call.session);
    co_return result;
}

}  // namespace gangway::api
