#include "descriptor.hpp"
#include "local_ends.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace gangway::cli {
namespace {

namespace asio = net::asio;
using pollable = asio::posix::stream_descriptor;

bool is_kind(int number, bool (*kind)(mode_t)) noexcept {
    struct stat about{};
    return ::fstat(number, &about) == 0 && kind(about.st_mode);
}
bool is_regular(mode_t mode) noexcept {
    return S_ISREG(mode);
}
bool can_be_slow(mode_t mode) noexcept {
    return S_ISFIFO(mode) || S_ISCHR(mode);
}

/// A pipe or terminal once more, without blocking: the descriptor we were given is shared with other programs, and its
/// flags are theirs. Others stay as they are.
descriptor standard_output_without_blocking() {
    if (is_kind(STDOUT_FILENO, can_be_slow)) {
        descriptor own{::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        if (own) return own;
    }
    return descriptor{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)};
}

class standard_output final : public local_sink {
  public:
    explicit standard_output(const asio::any_io_executor& executor)
        : own_(standard_output_without_blocking()), ready_(executor) {
        // What cannot be polled, such as a file, never makes anybody wait.
        boost::system::error_code ignored;
        ready_.assign(own_.get(), ignored);
    }
    standard_output(const standard_output&) = delete;
    standard_output& operator=(const standard_output&) = delete;
    ~standard_output() override {
        if (ready_.is_open()) ready_.release();  // `own_` closes it
    }

    [[nodiscard]] net::async_result<void> write(std::string_view octets) override {
        while (!octets.empty()) {
            const auto count = ::write(own_.get(), octets.data(), octets.size());
            if (count >= 0)
                octets.remove_prefix(static_cast<std::size_t>(count));
            else if (errno == EAGAIN)
                co_await ready_.async_wait(pollable::wait_write, asio::use_awaitable);
            else if (errno != EINTR)
                co_return std::unexpected(system_error("write to", "standard output"));
        }
        co_return base::result<void>{};
    }
    [[nodiscard]] base::result<void> finish() override { return {}; }

  private:
    descriptor own_;
    pollable ready_;
};

class standard_input final : public local_source {
  public:
    explicit standard_input(const asio::any_io_executor& executor)
        : waits_(!is_kind(STDIN_FILENO, is_regular)), ready_(executor) {
        boost::system::error_code failure;
        if (waits_) ready_.assign(STDIN_FILENO, failure);
        if (failure) waits_ = false;
    }
    standard_input(const standard_input&) = delete;
    standard_input& operator=(const standard_input&) = delete;
    ~standard_input() override {
        if (ready_.is_open()) ready_.release();
    }

    [[nodiscard]] net::async_result<std::string_view> read() override {
        for (;;) {
            if (waits_) co_await ready_.async_wait(pollable::wait_read, asio::use_awaitable);
            const auto count = ::read(STDIN_FILENO, buffer_.data(), buffer_.size());
            if (count >= 0) co_return std::string_view{buffer_.data(), static_cast<std::size_t>(count)};
            if (errno != EINTR && errno != EAGAIN) co_return std::unexpected(system_error("read", "standard input"));
        }
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override {
        struct stat about{};
        if (waits_ || ::fstat(STDIN_FILENO, &about) != 0) return std::nullopt;
        return static_cast<std::uint64_t>(about.st_size);
    }

  private:
    bool waits_;
    pollable ready_;
    std::string buffer_ = std::string(std::size_t{255} * 1024, '\0');
};

}  // namespace

std::unique_ptr<local_sink> make_standard_output(const asio::any_io_executor& executor) {
    return std::make_unique<standard_output>(executor);
}

std::unique_ptr<local_source> make_standard_input(const asio::any_io_executor& executor) {
    return std::make_unique<standard_input>(executor);
}

}  // namespace gangway::cli
