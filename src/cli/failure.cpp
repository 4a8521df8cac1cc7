#include "json_text.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/cli/told_code.hpp>
#include <gangway/net/errors.hpp>

#include <cstdio>
#include <string_view>

namespace gangway::cli {
namespace {

/// The command's own ways out; what concerns the server is in the message.
std::string_view hint_for(const base::error& failure) {
    if (failure.code == net::errc::host_key_unknown)
        return "Once the fingerprint is confirmed, repeat with --accept-new.";
    if (failure.code == net::errc::host_key_mismatch)
        return "If the operator confirms the new key, remove the server's old line from the known_hosts file.";
    if (failure.code == net::errc::auth_failed)
        return "Give another key with -i FILE, an agent, or --password-stdin; user@ in the URL names the account.";
    if (failure.code == told_code("unauthorized"))
        return "Give a token of the gateway with --token-file FILE, GANGWAY_TOKEN_FILE or GANGWAY_API_TOKEN.";
    return {};
}

}  // namespace

std::string failure_text(const base::error& failure) {
    auto text = "gangway: " + failure.message + "\n";
    // Of a gateway, it may be anything.
    const auto presented = base::escape(failure.fact_named("presentedFingerprint"));
    if (!presented.empty() && !failure.message.contains(presented))
        text.append("The server's key has the fingerprint ").append(presented).append("\n");
    if (const auto hint = hint_for(failure); !hint.empty()) text.append(hint).append("\n");
    return text;
}

int report(const base::error& failure, bool as_json) {
    const auto text = as_json ? error_json(failure) + "\n" : failure_text(failure);
    std::fwrite(text.data(), 1, text.size(), stderr);
    return static_cast<int>(classify(failure).exit);
}

}  // namespace gangway::cli
