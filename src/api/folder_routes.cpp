// GET and HEAD of a folder: its entries, whole as JSON, or one by one as they come. PUT: a new folder.
#include "accepts_lines.hpp"
#include "file_call.hpp"
#include "on_session.hpp"

#include <gangway/api/fields.hpp>
#include <gangway/api/json_writer.hpp>
#include <gangway/api/one_shot_answers.hpp>
#include <gangway/net/await_on.hpp>
#include <gangway/net/directory_reader.hpp>
#include <gangway/net/file_operations.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

/// A folder that is being listed. Belongs to its session's strand.
struct open_folder {
    std::unique_ptr<remote::lease> lease;  ///< goes last
    std::unique_ptr<net::directory_reader> reader;
};

struct folder_opening {
    const model::remote_path& path;

    net::async_result<on_strand<open_folder>> operator()(std::unique_ptr<remote::lease> lease) const {
        auto& client = lease->client();
        auto reader = co_await net::directory_reader::open(client, path);
        if (!reader) co_return std::unexpected(std::move(reader.error()));
        const auto executor = client.executor();
        co_return on_strand<open_folder>{executor, std::make_unique<open_folder>(std::move(lease), *std::move(reader))};
    }
};

/// One line for each entry, in the server's order, and a last one that says how it ended.
class entry_lines final : public streamed_body {
  public:
    entry_lines(on_strand<open_folder> folder, std::shared_ptr<const remote::stored_session> session)
        : session_(std::move(session)), folder_(std::move(folder)) {}

    net::async_result<void> send(body_sink& out) override {
        return net::await_on(folder_.executor(), list(*folder_->reader, out));
    }

  private:
    static net::async_result<void> list(net::directory_reader& reader, body_sink& out) {
        std::uint64_t count = 0;
        for (std::string lines;; lines.clear()) {
            const auto entries = co_await reader.read();
            if (!entries) {
                lines = error_answer(entries.error()).body + '\n';
                static_cast<void>(co_await out.write(lines));
                co_return std::unexpected(entries.error());
            }
            if (entries->empty()) break;
            count += entries->size();
            for (const auto& [name, attributes] : *entries)
                append_entry_line(lines, name, attributes);
            if (auto sent = co_await out.write(lines); !sent) co_return sent;
        }
        std::string last;
        json_writer json{last};
        json.begin_object();
        json.flag("end", true);
        json.number("count", count);
        json.number("dropped", reader.dropped());
        json.end_object();
        last += '\n';
        co_return co_await out.write(last);
    }

    std::shared_ptr<const remote::stored_session> session_;  ///< in use, so not idle
    on_strand<open_folder> folder_;
};

net::async_result<answer> get_lines(file_call& call) {
    folder_opening work{call.target.path};
    auto folder = co_await on_session<on_strand<open_folder>>(call.with.servers, call.where(), call.report, work,
                                                              repeat::if_only_looking);
    if (!folder) co_return std::unexpected(std::move(folder.error()));
    co_return answer{.headers = {{"Content-Type", std::string{ndjson}}, {"Vary", "Accept"}},
                     .stream = std::make_unique<entry_lines>(*std::move(folder), call.session)};
}

/// Query: `archive=zip`, and with it `compression`.
base::result<std::optional<archive::compression>> wanted_archive(const resource_request& request) {
    auto from = fields::from_query(request.query.value_or(std::string{}));
    if (!from) return std::unexpected(std::move(from.error()));
    const auto kind = from->text("archive");
    const auto compression = from->text("compression").value_or("deflate");
    if (kind && *kind != "zip") from->complain("archive", "\"archive\" can only be \"zip\"");
    if (compression != "deflate" && compression != "store")
        from->complain("compression", "\"compression\" must be \"deflate\" or \"store\"");
    std::optional<archive::compression> wanted;
    if (kind) wanted = compression == "store" ? archive::compression::store : archive::compression::deflate;
    return from->finish(wanted);
}

struct whole_listing {
    const model::remote_path& path;

    net::async_result<std::string> operator()(std::unique_ptr<remote::lease> lease) const {
        auto found = co_await net::list_directory(lease->client(), path);
        if (!found) co_return std::unexpected(std::move(found.error()));
        co_return listing_answer(path, *found);
    }
};

struct folder_creation {
    const model::remote_path& path;
    net::mkdir_options options;

    net::async_result<std::string> operator()(std::unique_ptr<remote::lease> lease) const {
        auto made = co_await net::make_directory(lease->client(), path, options);
        if (!made) co_return std::unexpected(std::move(made.error()));
        co_return plain_answer({{"path", path.octets()}});
    }
};

}  // namespace

net::async_result<answer> get_folder(file_call& call) {
    const auto archive = wanted_archive(call.request);
    if (!archive) co_return std::unexpected(archive.error());
    if (*archive) co_return co_await get_archive(call, **archive);
    if (accepts_lines(call.request)) co_return co_await get_lines(call);
    whole_listing work{call.target.path};
    auto body =
        co_await on_session<std::string>(call.with.servers, call.where(), call.report, work, repeat::if_only_looking);
    if (!body) co_return std::unexpected(std::move(body.error()));
    co_return answer{.headers = {{"Vary", "Accept"}}, .body = *std::move(body)};
}

net::async_result<answer> put_folder(file_call& call, request_body& body) {
    auto from = fields::from_query(call.request.query.value_or(std::string{}));
    if (!from) co_return std::unexpected(std::move(from.error()));
    auto options = from->finish(net::mkdir_options{.mode = from->mode("mode"), .parents = from->flag("parents")});
    if (!options) co_return std::unexpected(std::move(options.error()));
    const auto content = co_await body.read();
    if (!content) co_return std::unexpected(content.error());
    if (!content->empty())
        co_return refuse(errc::bad_request, "A folder has no content: for a file, leave the slash at the end away");
    folder_creation work{call.target.path, *options};
    auto made = co_await on_session<std::string>(call.with.servers, call.where(), call.report, work, repeat::never);
    if (!made) co_return std::unexpected(std::move(made.error()));
    co_return answer{.status = 201, .body = *std::move(made)};
}

}  // namespace gangway::api
