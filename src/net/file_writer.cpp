#include "typed_call.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/write_window.hpp>

#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// Octets without acknowledgement: two receive windows of an OpenSSH server, so that its window is never waited for
/// because of ours.
constexpr std::uint64_t window_octets = 4UL * 1024 * 1024;

/// What the server says about an open file; about its name, where it cannot say more.
async_result<sftp::attributes> look_at(sftp_client& client, const std::string& handle, const model::remote_path& path) {
    auto known = co_await attributes_call(client, sftp::fstat_request{.handle = handle});
    if (known && known->size) co_return known;
    co_return co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
}

class pipelined_writer final : public file_writer {
  public:
    pipelined_writer(sftp_client& client, model::remote_path path, std::string handle, std::uint64_t start,
                     writer_options options)
        : client_(client),
          path_(std::move(path)),
          handle_(std::move(handle)),
          options_(options),
          start_(start),
          window_(start, client.features().limits.write, window_octets),
          calls_(client) {}
    pipelined_writer(const pipelined_writer&) = delete;
    pipelined_writer& operator=(const pipelined_writer&) = delete;
    ~pipelined_writer() override {
        if (open_) client_.send_and_forget(sftp::close_request{.handle = handle_});
    }

    [[nodiscard]] async_result<void> write(std::string_view octets) override {
        while (!octets.empty()) {
            if (window_.failure()) co_return std::unexpected(*window_.failure());
            if (const auto next = window_.next_request(octets.size())) {
                start(next->offset, octets.substr(0, next->length));
                octets.remove_prefix(next->length);
            } else {
                co_await acknowledgement();
            }
        }
        co_return base::result<void>{};
    }

    [[nodiscard]] std::uint64_t acknowledged() const noexcept override { return window_.acknowledged() - start_; }

    [[nodiscard]] async_result<std::uint64_t> finish() override {
        while (!window_.settled())
            co_await acknowledgement();
        const auto complete = window_.failure() ? std::unexpected(*window_.failure()) : co_await completed();
        const auto closed = co_await close();
        if (!complete) co_return std::unexpected(complete.error());
        if (!closed) co_return std::unexpected(closed.error());
        co_return window_.position() - start_;
    }

    [[nodiscard]] async_result<void> abandon() override {
        while (!window_.settled())
            co_await acknowledgement();
        const auto closed = co_await close();
        if (window_.failure()) co_return std::unexpected(*window_.failure());
        co_return closed;
    }

  private:
    void start(std::uint64_t offset, std::string_view octets) {
        auto started = calls_.start(sftp::write_request{.handle = handle_, .offset = offset, .data = octets}, offset);
        if (!started) window_.on_error(offset, std::move(started.error()));
    }

    awaitable<void> acknowledgement() {
        auto ended = co_await calls_.next();
        if (ended.answer)
            window_.on_reply(ended.tag, *ended.answer);
        else
            window_.on_error(ended.tag, std::move(ended.answer.error()));
    }

    async_result<void> close() {
        open_ = false;
        co_return co_await client_.perform(sftp::close_request{.handle = handle_});
    }

    async_result<void> completed() {
        if (options_.mode) {
            const auto set = co_await set_mode(*options_.mode);
            if (!set) co_return set;
        }
        if (options_.sync && client_.features().fsync) {
            const auto synced = co_await client_.perform(sftp::fsync_request{.handle = handle_});
            if (!synced) co_return synced;
        }
        co_return co_await size_is_right();
    }

    /// OPEN sets the mode only of a new file, and the server's umask has a say in it.
    async_result<void> set_mode(std::uint32_t mode) {
        const sftp::attributes wanted{.permissions = mode};
        auto set = co_await client_.perform(sftp::fsetstat_request{.handle = handle_, .attrs = wanted});
        if (set || set.error().code != sftp::errc::op_unsupported) co_return set;
        co_return co_await client_.perform(sftp::setstat_request{.path = path_.octets(), .attrs = wanted});
    }

    /// An OK to a WRITE is only a promise on some servers. One that tells no size is believed.
    async_result<void> size_is_right() {
        const auto known = co_await look_at(client_, handle_, path_);
        if (!known || !known->size || (known->type_known() && !known->is_regular())) co_return base::result<void>{};
        const auto wanted = window_.position();
        const bool others_may_append = options_.when_there == writer_options::existing::append;
        if (*known->size == wanted || (others_may_append && *known->size > wanted)) co_return base::result<void>{};
        co_return base::fail(errc::incomplete_write, base::phase::sftp,
                             "the server accepted every octet, but the file has " + std::to_string(*known->size) +
                                 " of " + std::to_string(wanted));
    }

    sftp_client& client_;
    model::remote_path path_;
    std::string handle_;
    writer_options options_;
    std::uint64_t start_;
    sftp::write_window window_;
    call_pipeline calls_;  ///< WRITEs, each with its offset
    bool open_ = true;
};

std::uint32_t flags_of(writer_options::existing when_there) noexcept {
    using namespace sftp::open_flag;
    constexpr auto new_file = sftp::open_flag::write | create;
    switch (when_there) {
        case writer_options::existing::truncate:
            return new_file | truncate;
        case writer_options::existing::append:
            return new_file | append;
        case writer_options::existing::refuse:
            break;
        case writer_options::existing::resume:
            return sftp::open_flag::write;
    }
    return new_file | exclusive;
}

/// Says what stands in the way, where the server only says that something does.
async_result<std::string> open_handle(sftp_client& client, const model::remote_path& path,
                                      const writer_options& options) {
    const bool must_be_new = options.when_there == writer_options::existing::refuse;
    if (must_be_new && co_await attributes_call(client, sftp::lstat_request{.path = path.octets()}))
        co_return base::fail(sftp::errc::already_exists, base::phase::sftp,
                             "OPEN was not sent: the target exists already");
    auto opened = co_await typed_call(
        client,
        sftp::open_request{
            .path = path.octets(), .flags = flags_of(options.when_there), .attrs = {.permissions = options.mode}},
        [](const sftp::handle_reply& reply) { return std::string{reply.handle}; });
    if (opened || opened.error().code != sftp::errc::failure) co_return opened;
    const auto there = co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
    if (there && there->is_directory()) {
        opened.error().code = sftp::errc::is_a_directory;
        opened.error().message += " (it is a folder)";
    } else if (there && must_be_new) {
        opened.error().code = sftp::errc::already_exists;
    }
    co_return opened;
}

/// Where appending begins. The flag alone is not enough: some servers write where they are told to.
async_result<std::uint64_t> end_of_file(sftp_client& client, const std::string& handle,
                                        const model::remote_path& path) {
    const auto known = co_await look_at(client, handle, path);
    if (known && known->size) co_return *known->size;
    if (!known && !client.usable()) co_return std::unexpected(known.error());
    co_return base::fail(sftp::errc::op_unsupported, base::phase::sftp,
                         "the server does not tell how long the file is, so nothing can be added to it");
}

}  // namespace

async_result<std::unique_ptr<file_writer>> file_writer::open(sftp_client& client, model::remote_path path,
                                                             writer_options options) {
    auto handle = co_await open_handle(client, path, options);
    if (!handle) co_return std::unexpected(handle.error());
    auto writer = [&](std::uint64_t start) {
        return std::make_unique<pipelined_writer>(client, std::move(path), std::move(*handle), start, options);
    };
    if (options.when_there == writer_options::existing::resume) co_return writer(options.offset);
    if (options.when_there != writer_options::existing::append) co_return writer(0);
    const auto end = co_await end_of_file(client, *handle, path);
    if (end) co_return writer(*end);
    client.send_and_forget(sftp::close_request{.handle = *handle});
    co_return std::unexpected(end.error());
}

}  // namespace gangway::net
