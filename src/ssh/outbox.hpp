#pragma once
/// Where the layers above the transport put what they have to say.

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace gangway::ssh {

class outbox {
  public:
    /// Sends one message, whose payload is the pieces one behind the other. While keys are exchanged it is kept, and
    /// sent afterwards in order (RFC 4253 section 7.1).
    virtual void send_pieces(std::span<const std::string_view> pieces) = 0;
    /// Octets of channel data that may be sent now; zero while keys are exchanged.
    [[nodiscard]] virtual std::size_t room() const noexcept = 0;

    void send(std::initializer_list<std::string_view> pieces) { send_pieces({pieces.begin(), pieces.size()}); }

  protected:
    ~outbox() = default;
};

}  // namespace gangway::ssh
