#pragma once
/// How code inside a transaction says that it cannot go on.

#include <gangway/store/errors.hpp>

#include <stdexcept>
#include <string>

namespace gangway::store {

/// Ends the transaction; `database` turns it into an error. For what makes going on pointless, not for answers.
class stored_failure : public std::runtime_error {
  public:
    stored_failure(errc code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] errc code() const noexcept { return code_; }

  private:
    errc code_;
};

}  // namespace gangway::store
