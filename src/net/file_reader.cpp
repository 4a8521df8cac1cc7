#include "wakeup.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/read_window.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// Octets in flight or waiting to be read: the rate times the round trip that one file can fill, 80 MB/s at 200 ms.
constexpr std::size_t window_octets = 16UL * 1024 * 1024;
constexpr std::size_t deepest = 256;  ///< READs in flight, for servers that only take small ones

std::uint64_t saturated_sum(std::uint64_t left, std::uint64_t right) noexcept {
    const auto sum = left + right;
    return sum < left ? std::numeric_limits<std::uint64_t>::max() : sum;
}

/// What the reader and the READs that it has in flight own together: a READ that is answered after the reader has gone
/// finds its place, and nobody looks at it any more.
struct reading {
    sftp_client& client;
    const std::string handle;
    sftp::read_window window;
    wakeup changed;
    bool abandoned = false;
};

awaitable<void> fetch(std::shared_ptr<reading> file, sftp::read_window::request wanted) {
    auto answer = co_await file->client.call(
        sftp::read_request{.handle = file->handle, .offset = wanted.offset, .length = wanted.length});
    if (file->abandoned) co_return;
    if (answer)
        file->window.on_reply(wanted.offset, std::move(*answer));
    else
        file->window.on_error(wanted.offset, std::move(answer.error()));
    file->changed.notify();
}

awaitable<void> close_handle(sftp_client& client, std::string handle) {
    co_await client.perform(sftp::close_request{.handle = handle});
}

class pipelined_reader final : public file_reader {
  public:
    pipelined_reader(sftp_client& client, std::string handle, read_range range)
        : end_(saturated_sum(range.offset, range.length)),
          file_(
              std::make_shared<reading>(client, std::move(handle),
                                        sftp::read_window{range.offset, std::nullopt, client.features().limits.read, 1},
                                        wakeup{client.executor()})) {}
    pipelined_reader(const pipelined_reader&) = delete;
    pipelined_reader& operator=(const pipelined_reader&) = delete;
    ~pipelined_reader() override {
        if (!std::exchange(file_->abandoned, true))
            asio::co_spawn(file_->client.executor(), close_handle(file_->client, file_->handle), asio::detached);
    }

    [[nodiscard]] const sftp::attributes& attributes() const noexcept override { return attributes_; }

    /// Asks for the attributes while the first READ is on its way: a small file then takes one round trip.
    async_result<void> look() {
        if (file_->window.position() < end_) ask();
        const auto answer = co_await file_->client.call(sftp::fstat_request{.handle = file_->handle});
        if (!answer) co_return std::unexpected(answer.error());
        // A server that cannot tell is no reason to refuse the file: it is then read until it ends.
        if (const auto known = answer->as<sftp::attrs_reply>()) attributes_ = known->attrs;
        if (size_is_meant()) {
            must_reach_ = std::min(*attributes_.size, end_);
            end_ = must_reach_;
        }
        file_->window.expect_end(end_);
        file_->window.set_depth(std::clamp<std::size_t>(window_octets / file_->window.chunk(), 1, deepest));
        co_return base::result<void>{};
    }

    [[nodiscard]] async_result<std::string_view> read() override {
        if (taken_) file_->client.recycle(std::move(std::exchange(taken_, std::nullopt)->frame));
        auto& window = file_->window;
        while (window.position() < end_) {
            taken_ = window.next();
            if (window.position() < end_) ask();
            if (taken_) co_return taken_->octets.substr(0, std::min(end_ - taken_->offset, taken_->octets.size()));
            if (window.done()) {
                if (window.failure()) co_return std::unexpected(explained(*window.failure()));
                if (window.position() < must_reach_)
                    co_return base::fail(errc::remote_changed, base::phase::sftp,
                                         "the file became shorter while it was read");
                break;
            }
            co_await file_->changed.wait();
        }
        co_return std::string_view{};
    }

    [[nodiscard]] async_result<void> close() override {
        file_->abandoned = true;
        co_return co_await file_->client.perform(sftp::close_request{.handle = file_->handle});
    }

  private:
    /// The size of something else than a plain file says nothing about what can be read, and neither does the zero of
    /// a file that the system makes up, as in /proc.
    [[nodiscard]] bool size_is_meant() const noexcept {
        return attributes_.size.value_or(0) != 0 && (attributes_.is_regular() || !attributes_.type_known());
    }

    void ask() {
        while (const auto wanted = file_->window.next_request())
            asio::co_spawn(file_->client.executor(), fetch(file_, *wanted), asio::detached);
    }

    /// Many servers open a folder and only fail to read it.
    [[nodiscard]] base::error explained(base::error failure) const {
        if (failure.code != sftp::errc::failure || !attributes_.is_directory()) return failure;
        failure.code = sftp::errc::is_a_directory;
        failure.message += " (it is a folder)";
        return failure;
    }

    std::uint64_t end_;             ///< nothing is yielded from here on
    std::uint64_t must_reach_ = 0;  ///< a file that ends before is not what it was when it was opened
    std::shared_ptr<reading> file_;
    sftp::attributes attributes_{};
    std::optional<sftp::read_piece> taken_{};  ///< what the last `read` returned lies in it
};

/// Other servers refuse to open a folder, each in its own words: STAT tells.
async_result<std::string> open_handle(sftp_client& client, const model::remote_path& path) {
    const auto answer = co_await client.call(sftp::open_request{.path = path.octets(), .flags = sftp::open_flag::read});
    if (!answer) co_return std::unexpected(answer.error());
    const auto opened = answer->as<sftp::handle_reply>();
    if (opened) co_return std::string{opened->handle};
    auto failure = opened.error();
    if (failure.code == sftp::errc::failure) {
        const auto there = co_await client.call(sftp::stat_request{.path = path.octets()});
        const auto known = there ? there->as<sftp::attrs_reply>() : std::unexpected(there.error());
        if (known && known->attrs.is_directory()) {
            failure.code = sftp::errc::is_a_directory;
            failure.message += " (it is a folder)";
        }
    }
    co_return std::unexpected(std::move(failure));
}

}  // namespace

async_result<std::unique_ptr<file_reader>> file_reader::open(sftp_client& client, model::remote_path path,
                                                             read_range range) {
    auto handle = co_await open_handle(client, path);
    if (!handle) co_return std::unexpected(handle.error());
    auto reader = std::make_unique<pipelined_reader>(client, std::move(*handle), range);
    const auto looked = co_await reader->look();
    if (!looked) co_return std::unexpected(looked.error());
    co_return reader;
}

}  // namespace gangway::net
