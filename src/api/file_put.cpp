// PUT of a file.
#include "file_call.hpp"
#include "on_session.hpp"
#include "validators.hpp"

#include <gangway/api/fields.hpp>
#include <gangway/api/one_shot_answers.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/net/temporary_file.hpp>

#include <optional>
#include <string>
#include <utility>

namespace gangway::api {
namespace {

struct put_options {
    std::optional<std::uint32_t> mode{};
    bool parents = false;
    bool atomic = true;
};

base::result<put_options> decode_options(const resource_request& request) {
    auto from = fields::from_query(request.query.value_or(std::string{}));
    if (!from) return std::unexpected(std::move(from.error()));
    put_options options{.mode = from->mode("mode"), .parents = from->flag("parents")};
    if (from->text("atomic")) options.atomic = from->flag("atomic");
    return from->finish(options);
}

struct written {
    std::uint64_t octets = 0;
    bool replaced = false;
    sftp::attributes about{};
};

/// Takes the body of a request to the server, at the server's pace. Lives as long as its call.
class upload {
  public:
    upload(const resource_request& request, const model::remote_path& path, put_options options, request_body& body)
        : request_(request), path_(path), options_(options), body_(body) {}

    net::async_result<written> operator()(std::unique_ptr<remote::lease> lease) {
        auto& client = lease->client();
        if (options_.atomic) stripes_ = {.more = lease->more(), .size = body_.announced()};
        auto before = co_await target(client);
        if (!before) co_return std::unexpected(std::move(before.error()));
        // A file that is replaced stays as closed to others as it was.
        if (!options_.mode && *before && (*before)->permissions && options_.atomic)
            options_.mode = *(*before)->permissions & 07777;
        auto done = options_.atomic ? co_await written_beside(client, *before) : co_await written_in_place(client);
        if (!done) co_return std::unexpected(std::move(done.error()));
        written result{.octets = *done, .replaced = before->has_value()};
        if (const auto after = co_await net::stat(client, path_)) result.about = *after;
        co_return result;
    }

  private:
    /// What is there now, if it may be replaced by a file and the conditions hold.
    net::async_result<std::optional<sftp::attributes>> target(net::sftp_client& client) {
        std::optional<sftp::attributes> there;
        if (auto about = co_await net::stat(client, path_))
            there = *about;
        else if (about.error().code != sftp::errc::no_such_file)
            co_return std::unexpected(std::move(about.error()));
        if (there && there->is_directory())
            co_return base::fail(sftp::errc::is_a_directory, base::phase::sftp, "The path is a folder");
        if (there && there->type_known() && !there->is_regular())
            co_return base::fail(sftp::errc::failure, base::phase::sftp,
                                 "The path is neither a file nor a folder, and was not touched");
        if (check_conditions(request_, there) != verdict::go_on) co_return std::unexpected(condition_failed());
        co_return there;
    }

    net::async_result<std::unique_ptr<net::file_writer>> opened(net::sftp_client& client, model::remote_path path,
                                                                net::writer_options how) {
        auto writer = co_await net::open_striped_writer(client, path, how, stripes_);
        const bool missing = !writer && writer.error().code == sftp::errc::no_such_file;
        if (!missing || !options_.parents) co_return writer;
        auto made = co_await net::make_directory(client, path_.parent(), {.parents = true});
        if (!made) co_return std::unexpected(std::move(made.error()));
        co_return co_await net::open_striped_writer(client, std::move(path), how, stripes_);
    }

    /// Cancelled, or failing, it leaves nothing open.
    net::async_result<std::uint64_t> filled(net::sftp_client& client, model::remote_path path,
                                            net::writer_options how) {
        auto writer = co_await opened(client, std::move(path), how);
        if (!writer) co_return std::unexpected(std::move(writer.error()));
        for (;;) {
            const auto piece = co_await body_.read();
            if (piece && piece->empty()) co_return co_await (*writer)->finish();
            auto taken = piece ? co_await (*writer)->write(*piece) : std::unexpected(piece.error());
            if (taken) continue;
            static_cast<void>(co_await (*writer)->abandon());
            co_return std::unexpected(std::move(taken.error()));
        }
    }

    net::async_result<std::uint64_t> written_in_place(net::sftp_client& client) {
        return filled(client, path_, {.mode = options_.mode});
    }

    net::async_result<std::uint64_t> written_beside(net::sftp_client& client,
                                                    const std::optional<sftp::attributes>& before) {
        auto temporary = net::temporary_file::beside(client, path_);
        if (!temporary) co_return std::unexpected(std::move(temporary.error()));
        auto octets =
            co_await filled(client, temporary->path(),
                            {.when_there = net::writer_options::existing::refuse, .mode = options_.mode, .sync = true});
        // The body may have taken hours: the conditions are of the moment in which the file gets its name.
        if (octets && request_.field("If-Match"))
            if (auto still = co_await target(client); !still) octets = std::unexpected(std::move(still.error()));
        if (!octets) {
            co_await temporary->discard();
            co_return octets;
        }
        const bool must_be_new = request_.field("If-None-Match") && !before;
        auto published = co_await temporary->publish(path_, !must_be_new);
        if (!published && must_be_new && published.error().code == sftp::errc::already_exists)
            co_return std::unexpected(condition_failed());
        if (!published) co_return std::unexpected(std::move(published.error()));
        co_return octets;
    }

    const resource_request& request_;
    const model::remote_path& path_;
    put_options options_;
    request_body& body_;
    /// What is written under its own name may be left unfinished, and then has no holes.
    net::stripes stripes_{};
};

base::result<void> check_encoding(const resource_request& request) {
    if (request.field("Content-Range"))
        return refuse(errc::bad_request, "A part of a file cannot be put: send it whole, or use resumable uploads");
    if (equal_ignoring_case(request.field("Content-Encoding").value_or("identity"), "identity")) return {};
    return refuse(errc::unsupported_media_type, "The body must not be compressed");
}

}  // namespace

net::async_result<answer> put_file(file_call& call, request_body& body) {
    if (auto plain = check_encoding(call.request); !plain) co_return std::unexpected(std::move(plain.error()));
    const auto options = decode_options(call.request);
    if (!options) co_return std::unexpected(options.error());
    upload work{call.request, call.target.path, *options, body};
    auto done = co_await on_session<written>(call.with.servers, call.where(), call.report, work, repeat::never);
    if (!done) co_return std::unexpected(std::move(done.error()));
    answer result{.status = 204};
    if (!done->replaced) {
        result.status = 201;
        result.body = upload_answer(call.target.path, done->octets);
    }
    if (auto tag = entity_tag(done->about); !tag.empty()) result.headers.push_back({"ETag", std::move(tag)});
    co_return result;
}

}  // namespace gangway::api
