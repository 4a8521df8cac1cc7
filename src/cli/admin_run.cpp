#include "admin_run.hpp"

#include "descriptor.hpp"
#include "http_gateway.hpp"
#include "interruptible.hpp"
#include "progress_line.hpp"
#include "task.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/cli/failure.hpp>
#include <gangway/model/errors.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gangway::cli {
namespace {

namespace asio = net::asio;

constexpr std::string_view usual_gateway = "http://127.0.0.1:8080";
constexpr std::size_t longest_token = 4096;

std::string_view value_of(const environment_lookup& variable, const char* name) {
    const char* const value = variable(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

/// What can stand in a header: nothing of it may end the line.
base::result<base::secret> checked(base::secret token, std::string_view place) {
    const auto text = token.view();
    if (!text.empty() && text.size() <= longest_token &&
        std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; }))
        return token;
    return model::invalid("token", "what " + std::string{place} +
                                       " holds is no token: one line of visible ASCII characters without spaces");
}

base::result<base::secret> token_of_file(const std::string& name) {
    const descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat about{};
    if (!file || ::fstat(file.get(), &about) != 0) return std::unexpected(system_error("read", name));
    if (S_ISREG(about.st_mode) && (about.st_mode & 077U) != 0)
        return model::invalid("token-file", "others may read the token in " + base::escape(name) + ": chmod 600 it");
    std::string text;
    text.reserve(longest_token + 2);  // never grows, so that no copy is left behind
    char octet = 0;
    while (text.size() < longest_token + 2 && ::read(file.get(), &octet, 1) == 1)
        text.push_back(octet);
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.pop_back();
    return checked(base::secret::take(text), base::escape(name));
}

net::awaitable<void> wait(std::chrono::milliseconds length) {
    asio::steady_timer timer{co_await asio::this_coro::executor, length};
    co_await timer.async_wait(asio::use_awaitable);
}

net::awaitable<outcome> perform(task& what) {
    auto end = co_await what.line.what->run(what);
    if (!end) co_return outcome{.failure = std::move(end.error())};
    co_return std::move(*end);
}

/// A secret in the clear is for this machine, or for a network that is trusted: whoever sends it there is told.
std::string clear_text_warning(const gateway_address& where, bool with_token) {
    const auto& host = where.server.host.text();
    const bool here =
        host == "localhost" || host == "::1" || (where.server.host.is_address() && host.starts_with("127."));
    if (where.tls || here || !with_token) return {};
    return "gangway: the token goes to " + where.text() + " unencrypted; use https:// on a network that others share\n";
}

}  // namespace

base::result<gateway_address> chosen_gateway(const admin_line& line, const environment_lookup& variable) {
    auto text = line.gateway.empty() ? value_of(variable, "GANGWAY_URL") : std::string_view{line.gateway};
    if (text.empty()) text = usual_gateway;
    return gateway_address::parse(text);
}

base::result<std::optional<base::secret>> chosen_token(const admin_line& line, const environment_lookup& variable,
                                                       std::optional<base::secret> token) {
    const auto file = line.token_file.empty() ? std::string{value_of(variable, "GANGWAY_TOKEN_FILE")} : line.token_file;
    if (file.empty() && !token) return std::nullopt;
    auto found = file.empty() ? checked(std::move(*token), "GANGWAY_API_TOKEN") : token_of_file(file);
    if (!found) return std::unexpected(std::move(found.error()));
    return std::move(*found);
}

int run_action(const admin_line& line, std::optional<base::secret> token, const environment_lookup& variable) {
    auto where = chosen_gateway(line, variable);
    if (!where) return report(where.error(), line.json);
    auto with = chosen_token(line, variable, std::move(token));
    if (!with) return report(with.error(), line.json);
    if (!line.json) {
        const auto warning = clear_text_warning(*where, with->has_value());
        std::fwrite(warning.data(), 1, warning.size(), stderr);
    }

    const auto at = make_http_gateway(std::move(*where), std::move(*with));
    asio::io_context io{1};
    const asio::any_io_executor strand = asio::make_strand(io);
    const auto asked = at_terminal(strand);
    progress_line shown;
    task what{.line = line, .at = *at, .asked = *asked, .pause = wait, .progress = [&shown](std::string_view text) {
                  shown.show(text);
              }};
    auto end = run_interruptibly(io, strand, perform(what));
    shown.clear();
    const bool done = !end.failure;
    const int code = print(std::move(end), line.json);
    // A name lookup may hang, and nobody should wait for that.
    if (!done) ::_exit(code);
    return code;
}

}  // namespace gangway::cli
