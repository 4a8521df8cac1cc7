#include "wakeup.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/write_window.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// Octets without acknowledgement: two receive windows of an OpenSSH server, so that its window is never waited for
/// because of ours.
constexpr std::uint64_t window_octets = 4UL * 1024 * 1024;

/// What the writer and the WRITEs that it has in flight own together.
struct writing {
    sftp_client& client;
    const std::string handle;
    sftp::write_window window;
    wakeup changed;
};

/// `octets` are copied before the first suspension. On the strand a spawned coroutine starts at once, so that the
/// caller of `co_spawn` need not keep them.
awaitable<void> send(std::shared_ptr<writing> file, std::uint64_t offset, std::string_view octets) {
    auto answer =
        co_await file->client.call(sftp::write_request{.handle = file->handle, .offset = offset, .data = octets});
    if (answer)
        file->window.on_reply(offset, *answer);
    else
        file->window.on_error(offset, std::move(answer.error()));
    file->changed.notify();
}

awaitable<void> close_handle(sftp_client& client, std::string handle) {
    co_await client.perform(sftp::close_request{.handle = handle});
}

/// The attributes in a reply, or nothing if the server did not tell.
std::optional<sftp::attributes> told(const base::result<sftp::reply>& answer) {
    if (!answer) return std::nullopt;
    const auto known = answer->as<sftp::attrs_reply>();
    return known ? std::optional{known->attrs} : std::nullopt;
}

class pipelined_writer final : public file_writer {
  public:
    pipelined_writer(sftp_client& client, model::remote_path path, std::string handle, std::uint64_t start,
                     writer_options options)
        : path_(std::move(path)),
          options_(options),
          start_(start),
          file_(std::make_shared<writing>(client, std::move(handle),
                                          sftp::write_window{start, client.features().limits.write, window_octets},
                                          wakeup{client.executor()})) {}
    pipelined_writer(const pipelined_writer&) = delete;
    pipelined_writer& operator=(const pipelined_writer&) = delete;
    ~pipelined_writer() override {
        if (open_) asio::co_spawn(file_->client.executor(), close_handle(file_->client, file_->handle), asio::detached);
    }

    [[nodiscard]] async_result<void> write(std::string_view octets) override {
        auto& window = file_->window;
        while (!octets.empty()) {
            if (window.failure()) co_return std::unexpected(*window.failure());
            if (const auto next = window.next_request(octets.size())) {
                asio::co_spawn(file_->client.executor(), send(file_, next->offset, octets.substr(0, next->length)),
                               asio::detached);
                octets.remove_prefix(next->length);
            } else {
                co_await file_->changed.wait();
            }
        }
        co_return base::result<void>{};
    }

    [[nodiscard]] std::uint64_t acknowledged() const noexcept override { return file_->window.acknowledged() - start_; }

    [[nodiscard]] async_result<std::uint64_t> finish() override {
        co_await settled();
        if (file_->window.failure()) {
            const auto why = *file_->window.failure();
            co_await close();
            co_return std::unexpected(why);
        }
        const auto complete = co_await completed();
        const auto closed = co_await close();
        if (!complete) co_return std::unexpected(complete.error());
        if (!closed) co_return std::unexpected(closed.error());
        co_return file_->window.position() - start_;
    }

    [[nodiscard]] async_result<void> abandon() override {
        co_await settled();
        co_return co_await close();
    }

  private:
    awaitable<void> settled() {
        while (!file_->window.settled())
            co_await file_->changed.wait();
    }

    async_result<void> close() {
        open_ = false;
        co_return co_await file_->client.perform(sftp::close_request{.handle = file_->handle});
    }

    async_result<void> completed() {
        if (options_.mode) {
            const auto set = co_await set_mode(*options_.mode);
            if (!set) co_return set;
        }
        if (options_.sync && file_->client.features().fsync) {
            const auto synced = co_await file_->client.perform(sftp::fsync_request{.handle = file_->handle});
            if (!synced) co_return synced;
        }
        co_return co_await size_is_right();
    }

    /// OPEN sets the mode only of a new file, and the server's umask has a say in it.
    async_result<void> set_mode(std::uint32_t mode) {
        const sftp::attributes wanted{.permissions = mode};
        auto set = co_await file_->client.perform(sftp::fsetstat_request{.handle = file_->handle, .attrs = wanted});
        if (set || set.error().code != sftp::errc::op_unsupported) co_return set;
        co_return co_await file_->client.perform(sftp::setstat_request{.path = path_.octets(), .attrs = wanted});
    }

    /// An OK to a WRITE is only a promise on some servers. One that tells no size is believed.
    async_result<void> size_is_right() {
        auto& client = file_->client;
        auto known = told(co_await client.call(sftp::fstat_request{.handle = file_->handle}));
        if (!known || !known->size) known = told(co_await client.call(sftp::stat_request{.path = path_.octets()}));
        if (!known || !known->size || (known->type_known() && !known->is_regular())) co_return base::result<void>{};
        const auto wanted = file_->window.position();
        const bool others_may_append = options_.when_there == writer_options::existing::append;
        if (*known->size == wanted || (others_may_append && *known->size > wanted)) co_return base::result<void>{};
        co_return base::fail(errc::incomplete_write, base::phase::sftp,
                             "the server accepted every octet, but the file has " + std::to_string(*known->size) +
                                 " of " + std::to_string(wanted));
    }

    model::remote_path path_;
    writer_options options_;
    std::uint64_t start_;
    std::shared_ptr<writing> file_;
    bool open_ = true;
};

std::uint32_t flags_of(writer_options::existing when_there) noexcept {
    using namespace sftp::open_flag;
    switch (when_there) {
        case writer_options::existing::truncate:
            return sftp::open_flag::write | create | truncate;
        case writer_options::existing::append:
            return sftp::open_flag::write | create | append;
        case writer_options::existing::refuse:
            break;
    }
    return sftp::open_flag::write | create | exclusive;
}

base::error already_there() {
    return {sftp::errc::already_exists, base::phase::sftp, "there is something with this name already"};
}

/// Says what stands in the way, where the server only says that something does.
async_result<std::string> open_handle(sftp_client& client, const model::remote_path& path,
                                      const writer_options& options) {
    const bool must_be_new = options.when_there == writer_options::existing::refuse;
    if (must_be_new && told(co_await client.call(sftp::lstat_request{.path = path.octets()})))
        co_return std::unexpected(already_there());
    const auto answer = co_await client.call(sftp::open_request{
        .path = path.octets(), .flags = flags_of(options.when_there), .attrs = {.permissions = options.mode}});
    if (!answer) co_return std::unexpected(answer.error());
    const auto opened = answer->as<sftp::handle_reply>();
    if (opened) co_return std::string{opened->handle};
    auto failure = opened.error();
    if (failure.code != sftp::errc::failure) co_return std::unexpected(std::move(failure));
    const auto there = told(co_await client.call(sftp::stat_request{.path = path.octets()}));
    if (there && there->is_directory()) {
        failure.code = sftp::errc::is_a_directory;
        failure.message += " (it is a folder)";
    } else if (there && must_be_new) {
        failure.code = sftp::errc::already_exists;
    }
    co_return std::unexpected(std::move(failure));
}

/// Where appending begins. The flag alone is not enough: some servers write where they are told to.
async_result<std::uint64_t> end_of_file(sftp_client& client, const std::string& handle,
                                        const model::remote_path& path) {
    auto known = told(co_await client.call(sftp::fstat_request{.handle = handle}));
    if (!known || !known->size) known = told(co_await client.call(sftp::stat_request{.path = path.octets()}));
    if (known && known->size) co_return *known->size;
    co_return base::fail(sftp::errc::op_unsupported, base::phase::sftp,
                         "the server does not tell how long the file is, so nothing can be added to it");
}

}  // namespace

async_result<std::unique_ptr<file_writer>> file_writer::open(sftp_client& client, model::remote_path path,
                                                             writer_options options) {
    auto handle = co_await open_handle(client, path, options);
    if (!handle) co_return std::unexpected(handle.error());
    std::uint64_t start = 0;
    if (options.when_there == writer_options::existing::append) {
        const auto end = co_await end_of_file(client, *handle, path);
        if (!end) {
            co_await close_handle(client, std::move(*handle));
            co_return std::unexpected(end.error());
        }
        start = *end;
    }
    co_return std::make_unique<pipelined_writer>(client, std::move(path), std::move(*handle), start, options);
}

}  // namespace gangway::net
