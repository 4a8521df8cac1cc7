#pragma once
/// The first thing an SSH server says (RFC 4253 section 4.2).

#include <gangway/net/asio.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::net {

/// "SSH-2.0-OpenSSH_9.2p1 Debian-2": the line and its parts, escaped nowhere yet. Printable US-ASCII.
struct identification {
    std::string line;      ///< without the line end
    std::string protocol;  ///< "2.0" or "1.99"
    std::string software;  ///< "OpenSSH_9.2p1 Debian-2": software version and comments
};

/// OpenSSH reads on before it has answered. A CHANNEL_OPEN that comes with a proof of who we are waits until that is
/// checked, and is answered with UNIMPLEMENTED where the proof does not do; what follows SFTP's INIT waits for VERSION.
/// Others may take either for an attack.
[[nodiscard]] bool takes_requests_ahead(const identification& server) noexcept;

/// The bounds of what a server may send before its identification, and of the line itself.
struct identification_limits {
    std::size_t line = 255;    ///< octets with the line end
    std::size_t lines = 64;    ///< before it
    std::size_t total = 8192;  ///< octets before it
};

/// Feeds on octets until the line is there; takes nothing after it. I/O-free.
class identification_reader {
  public:
    explicit identification_reader(identification_limits limits = {}) : limits_(limits) {}
    /// Looks at `octets`, which continue what was seen so far. `used` says how many belong to lines that are complete
    /// and come before the identification line. Nothing: more octets are needed. Error: `not_ssh`.
    [[nodiscard]] base::result<std::optional<identification>> scan(std::string_view octets, std::size_t& used);

  private:
    identification_limits limits_;
    std::size_t lines_ = 0;
    std::size_t total_ = 0;
};

/// Waits for the identification line and leaves it on the socket as the next thing to read; lines before it are
/// consumed. Errors: `not_ssh`, `connection_lost`, `timed_out`, phase ssh. Cancelling leaves the socket open.
[[nodiscard]] async_result<identification> await_identification(tcp::socket& socket, std::chrono::milliseconds limit);

}  // namespace gangway::net
