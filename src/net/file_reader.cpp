#include "remote_handle.hpp"
#include "typed_call.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/read_window.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// Octets in flight or waiting to be read: what fills a path of 80 MB/s and 200 ms round trip.
constexpr std::size_t window_octets = 16UL * 1024 * 1024;
constexpr std::size_t deepest = 256;  ///< READs in flight, for servers that only take small ones

std::uint64_t end_of(read_range range) noexcept {
    const auto end = range.offset + range.length;
    return end < range.offset ? std::numeric_limits<std::uint64_t>::max() : end;
}

base::error as_folder(base::error failure) {
    failure.code = sftp::errc::is_a_directory;
    failure.message += " (it is a folder)";
    return failure;
}

class pipelined_reader final : public file_reader {
  public:
    pipelined_reader(sftp_client& client, std::string_view handle, read_range range)
        : client_(client),
          handle_(client, handle),
          calls_(client),
          window_(range.offset, std::nullopt, client.features().limits.read, 1),
          end_(end_of(range)) {}

    [[nodiscard]] const sftp::attributes& attributes() const noexcept override { return attributes_; }

    /// Asks for the attributes while the first READ is on its way: a small file then takes one round trip.
    async_result<void> look() {
        if (window_.position() < end_) ask();
        const auto answer = co_await client_.call(sftp::fstat_request{.handle = handle_.octets()});
        if (!answer) co_return std::unexpected(answer.error());
        // A server that cannot tell is no reason to refuse the file: it is then read until it ends.
        if (const auto known = answer->as<sftp::attrs_reply>()) attributes_ = known->attrs;
        if (size_is_meant()) end_ = must_reach_ = std::min(*attributes_.size, end_);
        window_.expect_end(end_);
        window_.set_depth(std::clamp<std::size_t>(window_octets / window_.chunk(), 1, deepest));
        co_return base::result<void>{};
    }

    [[nodiscard]] async_result<std::string_view> read() override {
        if (taken_) client_.recycle(std::move(std::exchange(taken_, std::nullopt)->frame));
        while (window_.position() < end_) {
            taken_ = window_.next();
            if (window_.position() < end_) ask();
            if (taken_) co_return taken_->octets.substr(0, std::min(end_ - taken_->offset, taken_->octets.size()));
            if (window_.done()) {
                if (window_.failure()) co_return std::unexpected(explained(*window_.failure()));
                if (window_.position() < must_reach_)
                    co_return base::fail(errc::remote_changed, base::phase::sftp,
                                         "the file became shorter while it was read");
                break;
            }
            auto ended = co_await calls_.next();
            if (ended.answer)
                window_.on_reply(ended.tag, std::move(*ended.answer));
            else
                window_.on_error(ended.tag, std::move(ended.answer.error()));
        }
        co_return std::string_view{};
    }

  private:
    /// The size of something else than a plain file says nothing about what can be read, and neither does the zero of
    /// a file that the system makes up, as in /proc.
    [[nodiscard]] bool size_is_meant() const noexcept {
        return attributes_.size.value_or(0) != 0 && (attributes_.is_regular() || !attributes_.type_known());
    }

    void ask() {
        while (const auto wanted = window_.next_request()) {
            const sftp::read_request read{
                .handle = handle_.octets(), .offset = wanted->offset, .length = wanted->length};
            auto started = calls_.start(read, wanted->offset);
            if (!started) window_.on_error(wanted->offset, std::move(started.error()));
        }
    }

    /// Many servers open a folder and only fail to read it.
    [[nodiscard]] base::error explained(base::error failure) const {
        return failure.code == sftp::errc::failure && attributes_.is_directory() ? as_folder(std::move(failure))
                                                                                 : failure;
    }

    sftp_client& client_;
    remote_handle handle_;
    call_pipeline calls_;  ///< READs, each with its offset; goes before the handle is closed
    sftp::read_window window_;
    sftp::attributes attributes_{};
    std::uint64_t end_;                        ///< nothing is yielded from here on
    std::uint64_t must_reach_ = 0;             ///< a file that ends before is not what it was when it was opened
    std::optional<sftp::read_piece> taken_{};  ///< what the last `read` returned lies in it
};

}  // namespace

async_result<std::unique_ptr<file_reader>> file_reader::open(sftp_client& client, model::remote_path path,
                                                             read_range range) {
    const auto answer = co_await client.call(sftp::open_request{.path = path.octets(), .flags = sftp::open_flag::read});
    if (!answer) co_return std::unexpected(answer.error());
    const auto opened = answer->as<sftp::handle_reply>();
    if (!opened) {
        // Some servers refuse to open a folder, each in its own words: STAT tells.
        if (opened.error().code != sftp::errc::failure) co_return std::unexpected(opened.error());
        const auto there = co_await attributes_call(client, sftp::stat_request{.path = path.octets()});
        co_return std::unexpected(there && there->is_directory() ? as_folder(opened.error()) : opened.error());
    }
    auto reader = std::make_unique<pipelined_reader>(client, opened->handle, range);
    const auto looked = co_await reader->look();
    if (!looked) co_return std::unexpected(looked.error());
    co_return reader;
}

}  // namespace gangway::net
