#include "typed_call.hpp"
#include "write_lanes.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/net/striped_writer.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/write_window.hpp>

#include <boost/asio/post.hpp>

#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// Octets without acknowledgement, on all channels together.
constexpr std::uint64_t most_unacknowledged = 64UL * 1024 * 1024;

/// What the server says about an open file; about its name, where it cannot say more.
async_result<sftp::attributes> look_at(sftp_client& client, const std::string& handle, const model::remote_path& path) {
    auto known = co_await attributes_call(client, sftp::fstat_request{.handle = handle});
    if (known && known->size) co_return known;
    co_return co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
}

class pipelined_writer final : public file_writer {
  public:
    pipelined_writer(sftp_client& client, model::remote_path path, std::string handle, std::uint64_t start,
                     writer_options options, stripes how, std::uint64_t reach)
        : client_(client),
          path_(std::move(path)),
          options_(options),
          start_(start),
          window_(start, client.features().limits.write, most_unacknowledged),
          lanes_(client, std::move(handle), path_, std::move(how)),
          calls_(client) {
        window_.set_reach(reach);
        lanes_.grow(0);
    }
    pipelined_writer(const pipelined_writer&) = delete;
    pipelined_writer& operator=(const pipelined_writer&) = delete;
    ~pipelined_writer() override {
        if (!open_) return;
        for (const auto& lane : lanes_.all())
            lane.client->send_and_forget(sftp::close_request{.handle = lane.handle});
    }

    [[nodiscard]] async_result<void> write(std::string_view octets) override {
        while (!octets.empty()) {
            window_.set_chunk(client_.features().limits.write);  // which may be told late
            while (calls_.ready())
                co_await acknowledgement();
            if (window_.failure()) co_return std::unexpected(*window_.failure());
            // The queue of a channel may be somebody else's: one WRITE is always possible.
            auto* const lane = window_.settled() ? &lanes_.first() : lanes_.with_room();
            const auto next = lane != nullptr ? window_.next_request(octets.size()) : std::nullopt;
            if (next) {
                start(*lane, next->offset, octets.substr(0, next->length));
                octets.remove_prefix(next->length);
            } else {
                co_await room();
            }
        }
        co_return base::result<void>{};
    }

    [[nodiscard]] std::uint64_t acknowledged() const noexcept override { return window_.acknowledged() - start_; }

    [[nodiscard]] async_result<std::uint64_t> finish() override {
        lanes_.stop_growing();
        while (!window_.settled())
            co_await acknowledgement();
        const auto concluded = co_await conclude(!window_.failure());
        if (window_.failure()) co_return std::unexpected(*window_.failure());
        if (!concluded) co_return std::unexpected(concluded.error());
        co_return window_.position() - start_;
    }

    [[nodiscard]] async_result<void> abandon() override {
        lanes_.stop_growing();
        while (!window_.settled())
            co_await acknowledgement();
        const auto closed = co_await conclude(false);
        if (window_.failure()) co_return std::unexpected(*window_.failure());
        co_return closed;
    }

  private:
    void start(write_lane& lane, std::uint64_t offset, std::string_view octets) {
        lane.used = true;
        auto started = calls_.start_on(
            *lane.client, sftp::write_request{.handle = lane.handle, .offset = offset, .data = octets}, offset);
        if (!started) window_.on_error(offset, std::move(started.error()));
    }

    /// As long as the queues get shorter, that is the sockets' turn. Then the servers have to make room.
    awaitable<void> room() {
        lanes_.grow(window_.position() - start_);
        const auto before = lanes_.unsent();
        co_await asio::post(client_.executor(), asio::use_awaitable);
        if (lanes_.unsent() >= before && !calls_.ready()) co_await acknowledgement();
    }

    awaitable<void> acknowledgement() {
        auto ended = co_await calls_.next();
        if (ended.answer)
            window_.on_reply(ended.tag, *ended.answer);
        else
            window_.on_error(ended.tag, std::move(ended.answer.error()));
    }

    enum class last : std::uint8_t { mode, sync, look, close };

    /// What ends the work on the file, on all its channels. It leaves together, because a server does what concerns one
    /// handle in the order it came (draft section 6.1). Returns the first thing that went wrong.
    async_result<void> conclude(bool whole) {
        open_ = false;
        call_pipeline calls{client_};
        base::result<void> all;
        const auto note = [&all](base::result<void> one) {
            if (!one && all) all = std::move(one);
        };
        for (const auto& lane : lanes_.all()) {
            const bool first = !lane.own;
            if (!first && !lane.used) {
                lane.client->send_and_forget(sftp::close_request{.handle = lane.handle});
                continue;
            }
            const auto send = [&](const auto& request, last what) {
                note(calls.start_on(*lane.client, request, static_cast<std::uint64_t>(what) << 1 | (first ? 1U : 0U)));
            };
            if (whole && first && options_.mode)
                send(sftp::fsetstat_request{.handle = lane.handle, .attrs = {.permissions = options_.mode}},
                     last::mode);
            if (whole && first && options_.sync && client_.features().fsync)
                send(sftp::fsync_request{.handle = lane.handle}, last::sync);
            if (whole) send(sftp::fstat_request{.handle = lane.handle}, last::look);
            send(sftp::close_request{.handle = lane.handle}, last::close);
        }
        while (calls.outstanding() > 0) {
            auto ended = co_await calls.next();
            if (ended.answer)
                note(co_await judged(static_cast<last>(ended.tag >> 1), (ended.tag & 1) != 0, *ended.answer));
            else
                note(std::unexpected(std::move(ended.answer.error())));
        }
        co_return all;
    }

    async_result<void> judged(last what, bool first, const sftp::reply& answer) {
        if (what == last::look) {
            auto known = answer.as<sftp::attrs_reply>();
            if (first) co_return size_is_right(co_await size_by_any_means(std::move(known)));
            // The last octet was written through one channel: others see the whole size only of the same file.
            if (!known) co_return std::unexpected(known.error());
            co_return known->attrs.size == window_.position() ? base::result<void>{}
                                                              : incomplete(known->attrs.size.value_or(0));
        }
        const auto done = answer.succeeded();
        if (what != last::mode || done || done.error().code != sftp::errc::op_unsupported) co_return done;
        // OPEN sets the mode only of a new file, and the server's umask has a say in it.
        co_return co_await client_.perform(
            sftp::setstat_request{.path = path_.octets(), .attrs = {.permissions = options_.mode}});
    }

    async_result<sftp::attributes> size_by_any_means(base::result<sftp::attrs_reply> shown) {
        if (shown && shown->attrs.size) co_return shown->attrs;
        co_return co_await attributes_call(client_, sftp::stat_request{.path = path_.octets()});
    }

    /// An OK to a WRITE is only a promise on some servers. One that tells no size is believed.
    [[nodiscard]] base::result<void> size_is_right(const base::result<sftp::attributes>& known) const {
        if (!known || !known->size || (known->type_known() && !known->is_regular())) return {};
        const auto wanted = window_.position();
        const bool others_may_append = options_.when_there == writer_options::existing::append;
        if (*known->size == wanted || (others_may_append && *known->size > wanted)) return {};
        return incomplete(*known->size);
    }
    [[nodiscard]] base::result<void> incomplete(std::uint64_t size) const {
        return base::fail(errc::incomplete_write, base::phase::sftp,
                          "the server accepted every octet, but the file has " + std::to_string(size) + " of " +
                              std::to_string(window_.position()));
    }

    sftp_client& client_;
    model::remote_path path_;
    writer_options options_;
    std::uint64_t start_;
    sftp::write_window window_;
    write_lanes lanes_;
    call_pipeline calls_;  ///< WRITEs, each with its offset; goes before the lanes
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
    return open_striped_writer(client, std::move(path), options, {});
}

async_result<std::unique_ptr<file_writer>> open_striped_writer(sftp_client& client, model::remote_path path,
                                                               writer_options options, stripes how) {
    auto handle = co_await open_handle(client, path, options);
    if (!handle) co_return std::unexpected(handle.error());
    auto writer = [&](std::uint64_t start) {
        const auto reach = how.reach;
        return std::make_unique<pipelined_writer>(client, std::move(path), std::move(*handle), start, options,
                                                  std::move(how), reach);
    };
    if (options.when_there == writer_options::existing::resume) co_return writer(options.offset);
    if (options.when_there != writer_options::existing::append) co_return writer(0);
    how.more = {};
    const auto end = co_await end_of_file(client, *handle, path);
    if (end) co_return writer(*end);
    client.send_and_forget(sftp::close_request{.handle = *handle});
    co_return std::unexpected(end.error());
}

}  // namespace gangway::net
