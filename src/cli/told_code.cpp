#include <gangway/cli/told_code.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace gangway::cli {
namespace {

using enum exit_code;

/// The codes of docs/api.md, and what they mean to a script. Their place here, from 1, is the value of the error code.
constexpr auto codes = std::to_array<failure_class>({
    {"failure", refused},
    {"bad_request", usage},
    {"bad_private_key", usage},
    {"unauthorized", login},
    {"forbidden_origin", refused},
    {"host_blocked", unreachable},
    {"auth_failed", login},
    {"permission_denied", refused},
    {"no_such_file", refused},
    {"not_found", refused},
    {"method_not_allowed", refused},
    {"request_timeout", unreachable},
    {"host_key_mismatch", host_key},
    {"host_key_unknown", host_key},
    {"already_exists", refused},
    {"not_empty", refused},
    {"is_a_directory", refused},
    {"conflict", refused},
    {"partly_removed", refused},
    {"gone", refused},
    {"precondition_failed", refused},
    {"payload_too_large", refused},
    {"uri_too_long", usage},
    {"headers_too_large", usage},
    {"unsupported_media_type", refused},
    {"range_not_satisfiable", refused},
    {"expectation_failed", refused},
    {"locked", refused},
    {"too_many_requests", refused},
    {"checksum_mismatch", refused},
    {"internal_error", refused},
    {"storage_failed", refused},
    {"storage_unavailable", refused},
    {"overloaded", refused},
    {"op_unsupported", refused},
    {"dns_failed", unreachable},
    {"connection_refused", unreachable},
    {"connection_lost", unreachable},
    {"not_ssh", unreachable},
    {"handshake_failed", unreachable},
    {"subsystem_unavailable", unreachable},
    {"bad_message", refused},
    {"timeout", unreachable},
});

class told_category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gateway"; }
    [[nodiscard]] std::string message(int value) const override {
        const auto place = static_cast<std::size_t>(value) - 1;
        return std::string{place < codes.size() ? codes[place].name : "?"};
    }
};

const told_category& category() noexcept {
    static const told_category instance;
    return instance;
}

}  // namespace

std::error_code told_code(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(codes, name, &failure_class::name);
    return {found == codes.end() ? 1 : static_cast<int>(found - codes.begin()) + 1, category()};
}

std::optional<failure_class> told_class(const std::error_code& code) noexcept {
    if (code.category() != category()) return std::nullopt;
    const auto place = static_cast<std::size_t>(code.value()) - 1;
    return place < codes.size() ? codes[place] : codes.front();
}

}  // namespace gangway::cli
