#pragma once
/// The connection doctor: every step of a connection on its own, with what it showed and what to do about it.

#include <gangway/net/dial.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace gangway::net {

/// One step: "dns", "tcp", "identification", "key exchange", "host key", "methods", "login", "sftp".
struct checkup_step {
    std::string name;
    std::chrono::microseconds duration{};
    std::optional<base::error> failure{};  ///< nothing: it went well
    std::vector<base::fact> findings{};    ///< addresses, banner, algorithms, fingerprint, methods, extensions, home, …
    std::string advice{};                  ///< one sentence, or empty
};

struct checkup {
    std::vector<checkup_step> steps{};  ///< up to and with the first that failed
    [[nodiscard]] bool healthy() const noexcept;
};

/// Goes as far as it can; if cancelled, fails the step it is in with `operation_canceled`. Without `who` it stops after
/// the login methods, having sent no credential; the host key is looked up but not pinned then.
[[nodiscard]] awaitable<checkup> examine(dial_context context, model::endpoint server,
                                         std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected);

}  // namespace gangway::net
