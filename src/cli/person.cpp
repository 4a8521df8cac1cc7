#include "person.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <termios.h>
#include <unistd.h>

namespace gangway::cli {
namespace {

namespace asio = net::asio;

constexpr std::size_t longest_answer = 1024;

/// Keeps what is typed off the screen for its lifetime. Characters typed ahead are dropped: they were not an answer.
class hidden_input {
  public:
    explicit hidden_input(int terminal) : terminal_(terminal), active_(::tcgetattr(terminal, &before_) == 0) {
        if (!active_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        active_ = ::tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;
    }
    hidden_input(const hidden_input&) = delete;
    hidden_input& operator=(const hidden_input&) = delete;
    ~hidden_input() {
        if (active_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    [[nodiscard]] bool active() const noexcept { return active_; }

  private:
    int terminal_;
    termios before_{};
    bool active_;
};

/// What is being typed, also when the question is cancelled.
struct wiped_line {
    wiped_line() { text.reserve(longest_answer); }  // never grows, so that no copy is left behind
    wiped_line(const wiped_line&) = delete;
    wiped_line& operator=(const wiped_line&) = delete;
    ~wiped_line() { base::wipe(text); }
    std::string text{};
};

class person_at_terminal final : public person {
  public:
    person_at_terminal(const asio::any_io_executor& executor, int terminal) : terminal_(executor) {
        if (terminal >= 0) terminal_.assign(terminal);
    }

    [[nodiscard]] bool present() const noexcept override { return terminal_.is_open(); }

    [[nodiscard]] net::awaitable<std::optional<base::secret>> ask_hidden(std::string question) override {
        std::optional<base::secret> answer;
        {
            // Before the question: who answers at once is not shown either.
            const hidden_input hidden{terminal_.native_handle()};
            show(question);
            if (hidden.active()) answer = co_await read_line();
        }
        show("\n");
        co_return answer;
    }

    [[nodiscard]] net::awaitable<bool> confirm(std::string question) override {
        for (;;) {
            show(question + " (yes/no) ");
            const auto answer = co_await read_line();
            if (!answer || answer->view() == "no") co_return false;
            if (answer->view() == "yes") co_return true;
            show("Please write yes or no.\n");
        }
    }

  private:
    using descriptor = asio::posix::stream_descriptor;

    void show(std::string_view text) noexcept {
        while (!text.empty()) {
            const auto count = ::write(terminal_.native_handle(), text.data(), text.size());
            if (count <= 0) return;  // nobody can read it; the answer will tell
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    /// One line without its end; nothing at the end of the input or for a line beyond all reason.
    net::awaitable<std::optional<base::secret>> read_line() {
        wiped_line line;
        for (;;) {
            co_await terminal_.async_wait(descriptor::wait_read, asio::use_awaitable);
            char octet = 0;
            const auto count = ::read(terminal_.native_handle(), &octet, 1);
            if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (count == 1 && octet == '\n') co_return base::secret::take(line.text);
            if (count != 1 || line.text.size() == longest_answer) co_return std::nullopt;
            line.text.push_back(octet);
        }
    }

    descriptor terminal_;
};

}  // namespace

std::unique_ptr<person> at_terminal(const net::asio::any_io_executor& executor) {
    return std::make_unique<person_at_terminal>(executor, ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
}

}  // namespace gangway::cli
