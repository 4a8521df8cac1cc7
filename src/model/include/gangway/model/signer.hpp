#pragma once
/// A private key that stays where it is: it signs, and that is all.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>

namespace gangway::model {

/// Safe from any thread.
class signer {
  public:
    virtual ~signer() = default;
    /// What the key is called in reports and history.
    [[nodiscard]] virtual const std::string& id() const noexcept = 0;
    /// The public key on the wire (RFC 4253 section 6.6); its first field names the key's type.
    [[nodiscard]] virtual const std::string& public_blob() const noexcept = 0;
    /// `string algorithm, string signature` (RFC 4253 section 6.6), as of `crypto::sign`. Blocks for as long as one
    /// signature takes.
    [[nodiscard]] virtual base::result<std::string> sign(std::string_view algorithm, std::string_view octets) const = 0;
};

}  // namespace gangway::model
