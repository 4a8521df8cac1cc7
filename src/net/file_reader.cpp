#include "remote_handle.hpp"
#include "typed_call.hpp"

#include <gangway/net/errors.hpp>
#include <gangway/net/file_stream.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sftp/path_window.hpp>
#include <gangway/sftp/read_window.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace gangway::net {
namespace {

/// As a path window wants it.
std::int64_t now() noexcept {
    return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

enum : std::uint64_t { opening, looking };

std::uint64_t end_of(read_range range) noexcept {
    const auto end = range.offset + range.length;
    return end < range.offset ? std::numeric_limits<std::uint64_t>::max() : end;
}

/// The size of something else than a plain file says nothing about what can be read, and neither does the zero of a
/// file that the system makes up, as in /proc.
bool size_is_meant(const sftp::attributes& about) noexcept {
    return about.size.value_or(0) != 0 && (about.is_regular() || !about.type_known());
}

base::error as_folder(base::error failure) {
    failure.code = sftp::errc::is_a_directory;
    failure.message += " (it is a folder)";
    return failure;
}

class pipelined_reader final : public file_reader {
  public:
    pipelined_reader(sftp_client& client, std::string_view handle, read_range range, sftp::path_window path)
        : client_(client),
          handle_(client, handle),
          calls_(client),
          path_(path),
          window_(range.offset, std::nullopt, client.features().limits.read, 1),
          end_(end_of(range)) {}

    [[nodiscard]] const sftp::attributes& attributes() const noexcept override { return attributes_; }
    [[nodiscard]] async_result<sftp::attributes> look_again() override {
        return attributes_call(client_, sftp::fstat_request{.handle = handle_.octets()});
    }

    /// The first READs leave together with the question for the attributes: a small file then takes one round trip.
    /// `expected` is the size by the file's name, which may be that of another file by now; zero if it is not known.
    async_result<void> look(std::uint64_t expected) {
        // Before the READs: what they bring may be much, and is taken only when the attributes are known.
        call_pipeline shape{client_};
        if (auto started = shape.start(sftp::fstat_request{.handle = handle_.octets()}, looking); !started)
            co_return std::unexpected(started.error());
        if (expected > window_.position() + window_.chunk()) {
            window_.expect_end(std::min(expected, end_));
            fit_the_path();
        }
        if (window_.position() < end_) ask();
        const auto ended = co_await shape.next();
        if (!ended.answer) co_return std::unexpected(ended.answer.error());
        // A server that cannot tell is no reason to refuse the file: it is then read until it ends.
        if (const auto known = ended.answer->as<sftp::attrs_reply>()) attributes_ = known->attrs;
        if (size_is_meant(attributes_)) end_ = must_reach_ = std::min(*attributes_.size, end_);
        window_.expect_end(end_);
        fit_the_path();
        co_return base::result<void>{};
    }

    [[nodiscard]] async_result<std::string_view> read() override {
        if (taken_) client_.recycle(std::move(std::exchange(taken_, std::nullopt)->frame));
        while (window_.position() < end_) {
            taken_ = window_.next();
            if (taken_) note_taken();
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
            path_.answered(ended.tag, now());
            if (ended.answer)
                window_.on_reply(ended.tag, std::move(*ended.answer));
            else
                window_.on_error(ended.tag, std::move(ended.answer.error()));
        }
        co_return std::string_view{};
    }

  private:
    void note_taken() {
        path_.taken(window_.position(), window_.asked_to(), now());
        fit_the_path();
    }
    void fit_the_path() {
        const auto chunk = path_.chunk(client_.features().limits.read);
        window_.set_chunk(chunk);
        window_.set_depth(path_.octets() / chunk);
    }

    void ask() {
        while (const auto wanted = window_.next_request()) {
            const sftp::read_request read{
                .handle = handle_.octets(), .offset = wanted->offset, .length = wanted->length};
            auto started = calls_.start(read, wanted->offset);
            path_.sent(wanted->offset, now());
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
    sftp::path_window path_;
    sftp::read_window window_;
    sftp::attributes attributes_{};
    std::uint64_t end_;                        ///< nothing is yielded from here on
    std::uint64_t must_reach_ = 0;             ///< a file that ends before is not what it was when it was opened
    std::optional<sftp::read_piece> taken_{};  ///< what the last `read` returned lies in it
};

}  // namespace

async_result<std::unique_ptr<file_reader>> file_reader::open(sftp_client& client, model::remote_path path,
                                                             read_range range) {
    // What STAT shows comes with the handle, so that many READs can leave at once; FSTAT has the last word.
    call_pipeline both{client};
    const auto began = std::chrono::steady_clock::now();
    auto started = both.start(sftp::open_request{.path = path.octets(), .flags = sftp::open_flag::read}, opening);
    if (started) started = both.start(sftp::stat_request{.path = path.octets()}, looking);
    if (!started) co_return std::unexpected(started.error());
    std::unique_ptr<pipelined_reader> reader;
    base::error refused{};
    sftp::attributes about{};
    while (both.outstanding() > 0) {
        const auto ended = co_await both.next();
        if (!ended.answer) co_return std::unexpected(ended.answer.error());
        if (ended.tag == looking) {
            if (const auto there = ended.answer->as<sftp::attrs_reply>()) about = there->attrs;
        } else if (const auto opened = ended.answer->as<sftp::handle_reply>()) {
            client.note_round_trip(std::chrono::steady_clock::now() - began);
            const std::chrono::nanoseconds round_trip = client.round_trip();
            const sftp::path_window window{round_trip.count(), {.most = range.most_ahead}};
            reader = std::make_unique<pipelined_reader>(client, opened->handle, range, window);
        } else {
            refused = opened.error();
        }
    }
    if (!reader) {
        // Some servers refuse to open a folder, each in its own words.
        const bool is_folder = refused.code == sftp::errc::failure && about.is_directory();
        co_return std::unexpected(is_folder ? as_folder(std::move(refused)) : std::move(refused));
    }
    const auto looked = co_await reader->look(size_is_meant(about) ? *about.size : 0);
    if (!looked) co_return std::unexpected(looked.error());
    co_return reader;
}

}  // namespace gangway::net
