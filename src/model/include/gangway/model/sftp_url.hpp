#pragma once
/// `sftp://user@host:port/path`, as the command line takes it (draft-ietf-secsh-scp-sftp-ssh-uri-04, section 2).

#include <gangway/base/error.hpp>
#include <gangway/model/endpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gangway::model {

struct sftp_url {
    std::optional<std::string> username{};
    model::endpoint endpoint;
    /// Octets after percent-decoding. `/path` is absolute, `/~/path` is relative to the login folder, nothing is ".".
    std::string path;

    /// Refused: a password, because it would stay in the shell's history and in the process list; connection parameters
    /// (`;fingerprint=…`), because ignoring one would be worse; an IPv6 address without brackets.
    [[nodiscard]] static base::result<sftp_url> parse(std::string_view text);
};

}  // namespace gangway::model
