#pragma once
/// The person at the terminal, who may be asked.

#include <gangway/base/secret.hpp>
#include <gangway/net/asio.hpp>

#include <memory>
#include <optional>
#include <string>

namespace gangway::cli {

/// Questions go to the controlling terminal, whatever standard input and output are. The texts given here are written
/// as they are: whoever asks has escaped them.
class person {
  public:
    virtual ~person() = default;
    /// Whether there is somebody to ask. The functions below are only called if so.
    [[nodiscard]] virtual bool present() const noexcept = 0;
    /// Asks without showing the answer. Nothing: the person ended the input instead of answering.
    /// Cancelling restores the terminal.
    [[nodiscard]] virtual net::awaitable<std::optional<base::secret>> ask_hidden(std::string question) = 0;
    /// Asks until the answer is "yes" or "no"; the end of the input is a no.
    [[nodiscard]] virtual net::awaitable<bool> confirm(std::string question) = 0;
};

/// The person at /dev/tty; nobody if there is none.
[[nodiscard]] std::unique_ptr<person> at_terminal(const net::asio::any_io_executor& executor);

}  // namespace gangway::cli
